import type { Command } from 'commander'
import { argumentTexts, jsonOption } from '../flags.ts'
import { addTableFlags, openRows, type TableFlags } from '../predict/table-input.ts'
import { Report, type Terminal } from '../terminal.ts'
import { writeJson } from '../text/json.ts'
import { distinctNumbers } from '../text/numbers.ts'
import { shortened } from '../text/shortened.ts'
import { oneLine, textTable } from '../text/text-table.ts'
import { type ColumnSummary, describeTable, type TableSummary } from './describe-table.ts'

interface DataFlags extends TableFlags {
  readonly target?: string
  readonly json?: boolean
}

const examples = `
Examples:
  gradus data houses.csv
  gradus data houses.csv --target price    also says what train would choose`

/** Adds `gradus data`. */
export function dataCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('data')
    .argument('<file>', `${argumentTexts.rows}, or - for stdin`)
    .description('show what a file of rows holds, before training: columns, missing values, problems')
    .option('--target <columns>', argumentTexts.target)
    .addOption(jsonOption())
    .addHelpText('after', examples)
  addTableFlags(command).action(async (file: string, flags: DataFlags) => {
    const { out, cwd, env, command: name } = terminal
    const { source } = await openRows([file], flags, cwd)
    const targets = (flags.target ?? '').split(',').flatMap((target) => target.trim() || [])
    const summary = await describeTable(source, targets)
    if (flags.json) writeJson(out, { ...summary, choices: summary.choices ?? null })
    else reportTable(new Report(out, env), summary, `${name} train ${file} --target ${flags.target ?? 'NAME'}`)
  })
}

/** The most columns that are listed. */
const maxColumns = 60

function reportTable(
  report: Report,
  { name, rows, notes, columns, problems, choices }: TableSummary,
  next: string,
): void {
  const counted = `${rows} ${rows === 1 ? 'row' : 'rows'}, ${columns.length} ${columns.length === 1 ? 'column' : 'columns'}`
  report.line(report.colors.bold(`${name}: ${counted}`))
  for (const note of notes) report.line(`  ${oneLine(note)}`)
  report.line()
  const shown = columns.slice(0, maxColumns)
  const header = ['column', 'kind', 'missing', 'distinct', 'values']
  const cells = shown.map((column) => [
    column.name,
    column.kind ?? 'left out',
    String(column.missing),
    column.distinct === null ? '> 10000' : String(column.distinct),
    valuesOf(column),
  ])
  report.write(textTable(header, cells, '  '))
  if (columns.length > maxColumns) report.line(`  and ${columns.length - maxColumns} more columns; --json lists all`)
  if (problems.length > 0) report.heading('Problems')
  for (const problem of problems) report.line(`  ${oneLine(problem)}`)
  if (choices) report.heading('What train would choose')
  for (const choice of choices ?? []) report.line(`  ${oneLine(choice)}`)
  report.heading('Try next')
  report.line(`  ${next}`)
}

/** The longest text of values in a line. */
const maxText = 70

function valuesOf({ kind, why, range, values }: ColumnSummary): string {
  if (range && (kind === 'number' || kind === null)) {
    const { low, high, mean, median } = range
    const [from, to, middle, half] = distinctNumbers([low, high, mean, median])
    const text = `${from} to ${to}, mean ${middle}, median ${half}`
    return why === '' ? text : `${text}; ${why}`
  }
  if (kind === null) return why
  if (kind === 'array' || kind === 'image') return ''
  const texts = values.map(([text, count]) => `${shortened(text, 24)} ${count}`)
  let line = ''
  for (const text of texts) {
    if (line.length + text.length > maxText) return `${line}, ...`
    line += line === '' ? text : `, ${text}`
  }
  return line
}
