import { ConfigError } from '@gradus/core'
import type { Command } from 'commander'
import { jsonOption } from '../flags.ts'
import { figureHtml, tableHtml } from '../report/charts/svg.ts'
import { grid, toPage } from '../report/page.ts'
import { readRun } from '../report/read-run.ts'
import { outKind, pictureFile, writeOut } from '../report/write-file.ts'
import type { Terminal } from '../terminal.ts'
import { writeJson } from '../text/json.ts'
import { shownPath } from '../text/shown-path.ts'
import { textTable } from '../text/text-table.ts'
import { comparedCurves, compareRuns, differenceTable, figureTable } from './compare-runs.ts'

interface CompareFlags {
  readonly out?: string
  readonly json?: boolean
}

/** The number of differences that a terminal shows. */
const shownDifferences = 20

/** Adds `gradus compare`. */
export function compareCommand(program: Command, terminal: Terminal): void {
  program
    .command('compare')
    .argument('<runs...>', 'two or more run folders, complete or in progress')
    .description('compare runs: figures, time, parameters, differences of their configs, curves')
    .option('--out <file>', 'write a .html page with the tables and curves, or the curves as .svg or .png')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
An asterisk marks the best value of a figure, if values differ. A best value has its epoch in parentheses.

Examples:
  gradus compare runs/digits-1 runs/digits-2
  gradus compare runs/* --out comparison.html`,
    )
    .action((runs: string[], flags: CompareFlags) => compare(runs, flags, terminal))
}

async function compare(paths: readonly string[], { out, json }: CompareFlags, { cwd, out: stdout }: Terminal) {
  if (paths.length < 2) {
    throw new ConfigError('compare needs two runs or more, and got one. Give further folders: gradus compare RUN RUN.')
  }
  const kind = out === undefined ? undefined : outKind(out, ['html', 'svg', 'png'])
  const records = await Promise.all(paths.map((path) => readRun(path, cwd)))
  const comparison = await compareRuns(records)
  const title = `${records.length} runs`
  let file: string | undefined
  if (kind) {
    const curves = comparedCurves(records)
    const data = kind === 'html' ? page() : await pictureFile(kind, title, curves)
    file = (await writeOut(out!, cwd, data)).path
  }
  if (json) {
    const differences = comparison.differences.map(({ place, values }) => ({
      place,
      values: values.map((value) => (value === undefined ? null : (JSON.parse(value) as unknown))),
    }))
    writeJson(stdout, { runs: comparison.runs, differences, file: file ?? null })
    return
  }
  const figures = figureTable(comparison)
  stdout.write(textTable(figures.head, figures.rows))
  const { differences } = comparison
  if (differences.length === 0) stdout.write('\nThe configs do not differ.\n')
  else {
    const table = differenceTable(comparison, shownDifferences)
    stdout.write(`\nDifferences of the configs\n${textTable(table.head, table.rows)}`)
    const more = differences.length - shownDifferences
    if (more > 0) stdout.write(`and ${more} further differences, which --json and --out FILE.html list\n`)
  }
  if (file) stdout.write(`\nWrote ${shownPath(file, cwd)}\n`)

  function page(): string {
    const differences = differenceTable(comparison, 200)
    return toPage({
      title,
      lead: '<p class="soft">An asterisk marks the best value of a figure. A best value has its epoch in parentheses.</p>',
      sections: [
        { title: 'Figures', body: tableHtml(figureTable(comparison)) },
        {
          title: 'Differences of the configs',
          body: comparison.differences.length > 0 ? tableHtml(differences) : '<p>The configs do not differ.</p>',
        },
        { title: 'Curves', body: grid(comparedCurves(records).map(figureHtml)) },
      ],
    })
  }
}
