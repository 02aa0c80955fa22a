import * as all from './all.ts'
import type { TableFormat } from './format.ts'

/** The formats of tables. */
export function tableFormats(): readonly TableFormat[] {
  return Object.values(all)
}

/** Whether a file is a table by its ending. */
export function isTablePath(path: string): boolean {
  const lower = path.toLowerCase().replace(/\.gz$/, '')
  return tableFormats().some(({ extensions }) => extensions.some((ending) => lower.endsWith(ending)))
}
