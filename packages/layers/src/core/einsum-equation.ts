import { ConfigError, describeValue } from '@gradus/core'
import { formatShape, type Shape, ShapeError } from '@gradus/tensor'

/**
 * An equation of an input and a kernel, such as `...ab,bc->...ac`. Axes without letters are all left or all right of the
 * others.
 */
export interface Equation {
  readonly text: string
  readonly input: string
  readonly kernel: string
  readonly output: string
  /** The side of the axes without letters. */
  readonly elided: 'none' | 'left' | 'right'
}

/** The shapes and axes that follow from an equation and the shape of an input. */
export interface EquationShapes {
  readonly kernel: Shape
  /** Undefined if no axis has a bias. */
  readonly bias: Shape | undefined
  /** Axes of the kernel that are summed over. */
  readonly inputAxes: readonly number[]
  /** Axes of the kernel that the output has. */
  readonly outputAxes: readonly number[]
}

/** Parses an equation. Throws `ConfigError` for an invalid form and for letters of output or kernel that occur nowhere else. */
export function parseEquation(owner: string, text: string): Equation {
  const match = /^(\.{3})?([A-Za-z]+)(\.{3})?,([A-Za-z]+)->(\.{3})?([A-Za-z]+)(\.{3})?$/.exec(text.replaceAll(' ', ''))
  const [, left, input = '', right, kernel = '', leftOut, output = '', rightOut] = match ?? []
  if (!match || left !== leftOut || right !== rightOut || (left && right)) {
    throw new ConfigError(
      `${owner}: 'equation' must be of the form 'ab,bc->ac', '...ab,bc->...ac' or 'ab...,bc->ac...' and is ${describeValue(text)}.`,
    )
  }
  for (const letter of output) {
    if (!input.includes(letter) && !kernel.includes(letter)) throw unknownLetter(owner, text, letter, 'the output')
  }
  for (const letter of kernel) {
    if (!input.includes(letter) && !output.includes(letter)) throw unknownLetter(owner, text, letter, 'the kernel')
  }
  return { text, input, kernel, output, elided: left ? 'left' : right ? 'right' : 'none' }
}

function unknownLetter(owner: string, text: string, letter: string, where: string): ConfigError {
  return new ConfigError(
    `${owner}: the letter '${letter}' of ${where} in the equation '${text}' occurs nowhere else, so its size is unknown.`,
  )
}

/**
 * The shapes of kernel and bias. `outputShape` is the shape of the output without the batch and the axes without letters,
 * with null for the size of the same axis of the input. Throws `ShapeError` for an input that does not fit.
 */
export function shapesOfEquation(
  { text, input, kernel, output, elided }: Equation,
  inputShape: Shape,
  outputShape: readonly (number | null)[],
  biasAxes: string | undefined,
): EquationShapes {
  const others = inputShape.length - input.length
  if (others < 0 || (others > 0 && elided === 'none')) {
    throw new ShapeError(
      `the equation '${text}' needs ${input.length} axes and the input is ${formatShape(inputShape)}`,
    )
  }
  const sizes = new Map([...input].map((letter, at) => [letter, inputShape[elided === 'left' ? at + others : at]!]))
  // the batch is the first axis, whether it has a letter or not
  const named = elided === 'left' && others > 0 ? [...output] : [...output].slice(1)
  if (named.length !== outputShape.length) {
    throw new ShapeError(
      `'outputShape' must give ${named.length} sizes for the letters '${named.join('')}' of the equation '${text}' and is ${formatShape(outputShape)}`,
    )
  }
  named.forEach((letter, at) => {
    const size = outputShape[at]
    const known = sizes.get(letter)
    if (size !== null && size !== undefined && known !== undefined && size !== known) {
      throw new ShapeError(
        `the axis '${letter}' of the equation '${text}' is ${known} in the input and ${size} in 'outputShape'`,
      )
    }
    if (size !== null && size !== undefined) sizes.set(letter, size)
    else if (known === undefined) {
      throw new ShapeError(`'outputShape' must give the size of the axis '${letter}' of the equation '${text}'`)
    }
  })
  const axes = [...kernel].map((_, axis) => axis)
  return {
    kernel: [...kernel].map((letter) => sizes.get(letter)!),
    bias: biasAxes === undefined ? undefined : biasShape(output, biasAxes, sizes, elided === 'right' ? others : 0),
    inputAxes: axes.filter((axis) => !output.includes(kernel[axis]!)),
    outputAxes: axes.filter((axis) => output.includes(kernel[axis]!)),
  }
}

/** The shape of the bias: the axes from the first one with a bias, with 1 for axes without. */
function biasShape(output: string, biasAxes: string, sizes: ReadonlyMap<string, number>, trailing: number): Shape {
  const first = Math.min(...[...biasAxes].map((letter) => output.indexOf(letter)))
  const shape = [...output].slice(first).map((letter) => (biasAxes.includes(letter) ? sizes.get(letter)! : 1))
  return [...shape, ...Array.from({ length: trailing }, () => 1)]
}
