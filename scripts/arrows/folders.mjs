import { join, relative, sep } from 'node:path'
import { sourceEntry } from './resolve.mjs'

/**
 * The order of the folders inside a package: `"folders": [["."], ["network", "input"], ["training"]]` in levels.json,
 * from the lowest row to the highest. A file may import from its own folder and from folders in rows below. `"."` means the
 * files directly in `src`. A folder inside a folder may have a row, too (`"kernels/lower"`); the longest name counts. The
 * entries of the package are above all folders.
 * @returns the problems of the table, and `problemOf(from, to)`, which returns the problem of an import between two files
 */
export function folderOrder({ name, folder, manifest, files }, rows) {
  const ranks = new Map(rows.flatMap((row, rank) => row.map((name) => [name, rank])))
  const entries = new Set(
    Object.keys(manifest.exports ?? {}).map((key) => join(folder, sourceEntry(manifest, key) ?? '')),
  )
  const folderOf = (path) => {
    if (entries.has(path)) return 'entry'
    const folders = relative(join(folder, 'src'), path).split(sep).slice(0, -1)
    if (folders.length === 0) return '.'
    const prefixes = folders.map((_, index) => folders.slice(0, folders.length - index).join('/'))
    return prefixes.find((prefix) => ranks.has(prefix)) ?? folders.join('/')
  }
  const rankOf = (name) => (name === 'entry' ? rows.length : ranks.get(name))

  const used = new Set(files.filter(({ test }) => !test).map(({ path }) => folderOf(path)))
  const missing = [...used].filter((name) => rankOf(name) === undefined)
  const empty = [...ranks.keys()].filter((name) => !used.has(name))

  return {
    problems: [
      ...missing.map((other) => `levels.json: the folders of ${name} lack ${other}`),
      ...empty.map((other) => `levels.json: the folder ${other} of ${name} has no source files`),
    ],
    problemOf(from, to) {
      const [lower, upper] = [folderOf(to), folderOf(from)]
      if (lower === upper || rankOf(lower) < rankOf(upper)) return undefined
      if (lower === 'entry') return 'the entry of the package'
      return `but the folder ${lower} is not below ${upper}`
    },
  }
}
