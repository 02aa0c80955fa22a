import { basename } from 'node:path'
import { sizeOf } from '@gradus/tensor'
import { openModelFile } from '../model/open-model.ts'
import { lineChart } from '../report/charts/line-chart.ts'
import { type Picture, seriesTone } from '../report/charts/shapes.ts'
import { pointsOf } from '../report/curves.ts'
import type { RunEvaluation, RunRecord } from '../report/read-run.ts'
import { groupedNumber, shortNumber } from '../text/numbers.ts'
import { shortened } from '../text/shortened.ts'
import { bestOf, figureNames, higherIsBetter, trainingTime } from '../train/epoch-records.ts'
import { type Difference, differencesOf } from './config-differences.ts'

/** A figure of a run. */
interface ComparedFigure {
  /** The value after the last epoch; null where it is not finite. */
  readonly final: number | null
  readonly best: number | null
  readonly bestEpoch: number | null
}

/** A run beside others. */
interface ComparedRun {
  readonly run: string
  readonly name: string
  readonly epochs: number
  readonly seconds: number
  /** Null where the run has no model yet. */
  readonly parameters: number | null
  readonly figures: Readonly<Record<string, ComparedFigure>>
  /** The figures of the best model at the end of the run; null for a run without rows for them, or in progress. */
  readonly evaluation: RunEvaluation | null
}

/** Runs beside each other. */
export interface Comparison {
  readonly runs: readonly ComparedRun[]
  readonly differences: readonly Difference[]
}

export async function compareRuns(records: readonly RunRecord[]): Promise<Comparison> {
  const runs: ComparedRun[] = []
  for (const record of records) {
    runs.push({
      run: record.shown,
      name: basename(record.path),
      epochs: record.epochs.length,
      seconds: trainingTime(record.epochs) / 1000,
      parameters: await parametersOf(record),
      figures: Object.fromEntries(figureNames(record.epochs).map((name) => [name, figureOf(record, name)])),
      evaluation: record.evaluation ?? null,
    })
  }
  return { runs, differences: differencesOf(records.map(({ config }) => config)) }
}

function figureOf({ epochs }: RunRecord, name: string): ComparedFigure {
  const last = epochs.at(-1)?.logs[name] ?? Number.NaN
  const best = bestOf(epochs, name)
  return {
    final: Number.isFinite(last) ? last : null,
    best: best?.value ?? null,
    bestEpoch: best?.epoch ?? null,
  }
}

async function parametersOf({ path }: RunRecord): Promise<number | null> {
  try {
    const { file } = await openModelFile(path, { cwd: path })
    return file.weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  } catch {
    return null
  }
}

/** A table for people. */
export interface TextTable {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** The table, or the one with its rows as columns, whichever has fewer columns. */
function narrow({ head, rows }: TextTable): TextTable {
  if (head.length <= rows.length + 1) return { head, rows }
  const [first, ...others] = head.map((name, column) => [name, ...rows.map((row) => row[column]!)])
  return { head: first!, rows: others }
}

/** The figures of runs: the best value of each has an asterisk. */
export function figureTable({ runs }: Comparison): TextTable {
  const figures = [...new Set(runs.flatMap((run) => Object.keys(run.figures)))]
  // those of the validation are among the figures of the epochs
  const testOf = ({ evaluation }: ComparedRun) => (evaluation?.role === 'test' ? evaluation.figures : {})
  const tests = [...new Set(runs.flatMap((run) => Object.keys(testOf(run))))]
  const columns: (readonly [head: string, cell: (run: ComparedRun) => string])[] = [
    ['run', ({ run }) => run],
    ['epochs', ({ epochs }) => String(epochs)],
    ['seconds', ({ seconds }) => seconds.toFixed(2)],
    ['parameters', ({ parameters }) => (parameters === null ? '-' : groupedNumber(parameters))],
    ...tests.map((name) => [`test ${name}`, marked(runs, name, (run) => testOf(run)[name])] as const),
    ...figures.flatMap((name) => {
      const epochOf = (run: ComparedRun) => run.figures[name]?.bestEpoch
      const best = marked(runs, name, (run) => run.figures[name]?.best)
      return [
        [name, marked(runs, name, (run) => run.figures[name]?.final)] as const,
        [`best ${name}`, (run: ComparedRun) => (epochOf(run) ? `${best(run)} (${epochOf(run)})` : '-')] as const,
      ]
    }),
  ]
  return narrow({ head: columns.map(([head]) => head), rows: runs.map((run) => columns.map(([, cell]) => cell(run))) })
}

function marked(
  runs: readonly ComparedRun[],
  figure: string,
  valueOf: (run: ComparedRun) => number | null | undefined,
): (run: ComparedRun) => string {
  const values = runs.map(valueOf).filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[]
  const best = higherIsBetter(figure) ? Math.max(...values) : Math.min(...values)
  const differ = new Set(values).size > 1
  return (run) => {
    const value = valueOf(run)
    if (value === null || value === undefined) return '-'
    return `${shortNumber(value)}${differ && value === best ? '*' : ''}`
  }
}

/** The differences of the configs. At most `limit` places are shown. */
export function differenceTable({ runs, differences }: Comparison, limit: number): TextTable {
  const shown = differences.slice(0, limit)
  const cell = (value: string | undefined) => {
    const text = value === undefined ? '-' : value.replace(/^"(.*)"$/, '$1')
    return shortened(text, 28)
  }
  return narrow({
    head: ['run', ...shown.map(({ place }) => place)],
    rows: runs.map(({ run }, index) => [run, ...shown.map(({ values }) => cell(values[index]))]),
  })
}

/** A chart for each figure, with a curve for each run. */
export function comparedCurves(records: readonly RunRecord[]): Picture[] {
  const figures = [...new Set(records.flatMap(({ epochs }) => figureNames(epochs)))]
  return figures.map((figure) => {
    const curves = records.map(({ epochs, shown }, index) => ({
      name: shown,
      points: pointsOf(epochs, ({ logs }) => logs[figure]),
      tone: seriesTone(index),
      // the tones repeat
      dash: index % 12 >= 6,
    }))
    const ends = records.flatMap(({ shown, epochs }) => {
      const best = bestOf(epochs, figure)
      return best ? [{ ...best, shown }] : []
    })
    const sign = higherIsBetter(figure) ? -1 : 1
    const [best] = ends.sort((a, b) => sign * (a.value - b.value))
    const description = best
      ? `The best ${figure} is ${shortNumber(best.value)}, of ${best.shown} in epoch ${best.epoch}.`
      : `No ${figure} is finite.`
    return lineChart({ title: figure, xLabel: 'epoch', yLabel: figure, curves, description })
  })
}
