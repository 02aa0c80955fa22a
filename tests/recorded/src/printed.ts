/** The values of figures in the order in which they are printed: one per epoch. */
export type PrintedValues = Readonly<Record<string, readonly (number | string)[]>>

/** How near to a rounding boundary a value may lie to be printed with another last digit. */
const boundary = 1e-6

/**
 * Returns the printed lines `got` with those of `expected` in place of figures that were rounded the other way: they differ by one
 * unit in the last digit, and both values lie within 1e-6 of the boundary between the two. Everything else stays as it is.
 */
export function withoutRounding(
  got: string,
  expected: string,
  values: { readonly got: PrintedValues; readonly expected: PrintedValues },
): string {
  const wanted = expected.split('\n')
  let epoch = -1
  return got
    .split('\n')
    .map((line, index) => {
      if (/^Epoch \d+/.test(line)) epoch++
      const figures = [...(wanted[index] ?? '').matchAll(figure)]
      let next = 0
      return line.replace(figure, (printed: string, name: string, number: string) => {
        const [other, otherName, otherNumber] = figures[next++] ?? []
        if (other === undefined || otherName !== name || otherNumber === number) return printed
        const both = [values.got[name]?.[epoch], values.expected[name]?.[epoch]]
        return both.every((value) => roundsEitherWay(Number(value), number, otherNumber!)) ? other : printed
      })
    })
    .join('\n')
}

/** A name and its figure, such as `loss: 0.6887` or `loss: 1.2000e-04`. */
const figure = /(\w+): (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)/g

/** Whether two numbers are neighbors of the same number of digits and a value lies on the boundary between them. */
function roundsEitherWay(value: number, a: string, b: string): boolean {
  const unit = lastDigit(a)
  if (unit !== lastDigit(b)) return false
  const [x, y] = [Number(a), Number(b)]
  const oneUnit = Math.abs(Math.abs(x - y) - unit) < unit * 1e-6
  // the value itself is a number of float32
  return oneUnit && Math.abs(value - (x + y) / 2) <= boundary
}

/** One unit in the last digit of a printed number. */
function lastDigit(number: string): number {
  const [mantissa, exponent = '0'] = number.split('e')
  const digits = mantissa!.split('.')[1]?.length ?? 0
  return Number(`1e${Number(exponent) - digits}`)
}
