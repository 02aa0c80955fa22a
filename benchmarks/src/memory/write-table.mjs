import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

const [begin, end] = ['<!-- table -->', '<!-- end of table -->']

/** Prints a Markdown table, and writes it between the marks of a page. */
export function writeTable(head, rows, page) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const table = [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
  console.log(table)
  if (page === undefined) return
  const path = resolve(process.env.INIT_CWD ?? process.cwd(), page)
  const text = readFileSync(path, 'utf8')
  const [before, after] = [text.slice(0, text.indexOf(begin)), text.slice(text.indexOf(end))]
  writeFileSync(path, `${before}${begin}\n\n${table}\n\n${after}`)
}
