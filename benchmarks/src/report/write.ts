import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writes the tables: between the marks of that name if the file has them, else as the whole file. */
export function writeMarkdown(path: string, marks: string, tables: string): void {
  const [begin, end] = ['begin', 'end'].map((mark) => `<!-- ${marks}: ${mark} -->`) as [string, string]
  const old = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const [before, rest] = old.split(begin, 2)
  const after = rest?.split(end, 2)[1]
  const text = after === undefined ? `${tables}\n` : `${before}${begin}\n\n${tables}\n\n${end}${after}`
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

export function writeJson(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)
}
