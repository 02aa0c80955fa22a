import { DataError, type HostArray, isHostArray } from '@gradus/core'

/**
 * Writes columns as CSV text with a header. Cells with the delimiter, quotes or line ends are quoted. Throws `DataError` for
 * columns of different lengths and for arrays with more than one dimension.
 *
 * @example
 * import { toCsv } from '@gradus/data'
 * toCsv({ age: [31, 4], city: ['Rome', 'a "b"'] }) // => 'age,city\n31,Rome\n4,"a ""b"""\n'
 */
export function toCsv(
  columns: { readonly [name: string]: HostArray | ArrayLike<number | string | boolean> },
  { delimiter = ',' }: { readonly delimiter?: string } = {},
): string {
  const lists = Object.entries(columns).map(([name, column]) => [name, valuesOf(name, column)] as const)
  const length = lists[0]?.[1].length ?? 0
  for (const [name, values] of lists) {
    if (values.length !== length)
      throw new DataError(`The column '${name}' has ${values.length} values and '${lists[0]![0]}' has ${length}.`)
  }
  const quote = (value: number | string | boolean) => {
    const text = String(value)
    return text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  const lines = [lists.map(([name]) => quote(name)).join(delimiter)]
  for (let row = 0; row < length; row++) lines.push(lists.map(([, values]) => quote(values[row]!)).join(delimiter))
  return `${lines.join('\n')}\n`
}

function valuesOf(
  name: string,
  column: HostArray | ArrayLike<number | string | boolean>,
): ArrayLike<number | string | boolean> {
  if (!isHostArray(column)) return column as ArrayLike<number | string | boolean>
  if (column.shape.length !== 1)
    throw new DataError(
      `The column '${name}' has ${column.shape.length} dimensions; expected one. Write each part as a separate column.`,
    )
  return column.dtype === 'bool' ? Array.from(column.data, (value) => value !== 0) : column.data
}
