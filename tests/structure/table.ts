import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Touched } from './edit.ts'

/** The table "What to touch" in CONTRIBUTING.md: what each kind takes. A row may be about several kinds. */
export function readTable(root: string): ReadonlyMap<string, Touched> {
  const page = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
  const rows = [...page.matchAll(/^\| (?<kinds>[^|]+) \| (?<files>\d+) \| (?<lines>\d+) \| [^|]+ \|$/gm)]
  return new Map(
    rows.flatMap(({ groups: { kinds, files, lines } = {} }) =>
      kindsIn(kinds!).map((kind) => [kind, { files: Number(files), lines: Number(lines) }]),
    ),
  )
}

/** The kinds that a cell names, without articles: `a loss, a metric or an option of 'fit'`. */
function kindsIn(cell: string): string[] {
  return cell
    .replaceAll('`', '')
    .split(/, | or /)
    .map((kind) => kind.replace(/^(an?|another) /, ''))
}
