import { ConfigError, suggest } from '@gradus/core'

/**
 * Returns the columns that names and ranges such as `p0..p63` stand for. Throws `ConfigError` for names that are not there.
 *
 * @example
 * import { expandColumns } from '@gradus/tables'
 * expandColumns(['id', 'p1..p3'], ['id', 'p0', 'p1', 'p2', 'p3'], 'inputs') // => ['id', 'p1', 'p2', 'p3']
 */
export function expandColumns(given: readonly string[], columns: readonly string[], where: string): string[] {
  return given.flatMap((entry) => {
    if (columns.includes(entry)) return [entry]
    const range = /^(.+?)\.\.(.+)$/.exec(entry)
    const [from, to] = range ? [columns.indexOf(range[1]!), columns.indexOf(range[2]!)] : [-1, -1]
    if (range && from >= 0 && to >= from) return columns.slice(from, to + 1)
    const missing = range ? (from < 0 ? range[1]! : to < 0 ? range[2]! : undefined) : entry
    if (missing === undefined)
      throw new ConfigError(`${where}: the range '${entry}' ends before it begins; '${range![2]}' comes first.`)
    throw new ConfigError(`${where}: there is no column '${missing}'.${suggest(missing, columns)}`)
  })
}
