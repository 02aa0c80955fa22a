import { basename, join } from 'node:path'
import { DataError } from '@gradus/core'
import type { Command } from 'commander'
import { argumentTexts, jsonOption } from '../flags.ts'
import type { Terminal } from '../terminal.ts'
import { writeJson } from '../text/json.ts'
import { shortBytes } from '../text/numbers.ts'
import { shownPath } from '../text/shown-path.ts'
import { curvesOf } from './curves.ts'
import { makeReport } from './make-report.ts'
import { readRun } from './read-run.ts'
import { outKind, pictureFile, writeOut } from './write-file.ts'

interface ReportFlags {
  readonly out?: string
  readonly json?: boolean
}

/** Adds `gradus report`. */
export function reportCommand(program: Command, terminal: Terminal): void {
  program
    .command('report')
    .argument('<run>', argumentTexts.run)
    .description('write a page about a run: curves, predictions, weights, the samples with the highest losses')
    .option(
      '--out <file>',
      'a .html file, or .svg or .png for the curves alone (default report.html in the run folder)',
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
The page is one file, which opens without a network.

Examples:
  gradus report runs/digits-1
  gradus report runs/digits-1 --out curves.png`,
    )
    .action((run: string, flags: ReportFlags) => report(run, flags, terminal))
}

async function report(shown: string, { out, json }: ReportFlags, { cwd, out: stdout }: Terminal): Promise<void> {
  const kind = out === undefined ? 'html' : outKind(out, ['html', 'svg', 'png'])
  const run = await readRun(shown, cwd)
  const target = out ?? join(run.path, 'report.html')
  if (kind !== 'html') {
    if (run.epochs.length === 0)
      throw new DataError(`The run '${shown}' has no complete epoch yet, so it has no curves.`)
    const written = await writeOut(
      target,
      cwd,
      await pictureFile(kind, `Run ${basename(run.path)}`, curvesOf(run.epochs)),
    )
    return print({ run: run.path, file: written.path, bytes: written.bytes })
  }
  const { html, sections, notes, calibrationErrors } = await makeReport(run)
  const written = await writeOut(target, cwd, html)
  return print({ run: run.path, file: written.path, bytes: written.bytes, sections, calibrationErrors, notes })

  function print(result: { file: string; bytes: number; notes?: readonly string[]; [key: string]: unknown }): void {
    if (json) {
      writeJson(stdout, result)
      return
    }
    for (const text of result.notes ?? []) stdout.write(`Note: ${text}\n`)
    stdout.write(`Wrote ${shownPath(result.file, cwd)} (${shortBytes(result.bytes)})\n`)
  }
}
