import { relative } from 'node:path'
import { shellWord } from '../completion/shell-text.ts'
import type { Resolved } from '../config/resolve-config.ts'
import type { Report } from '../terminal.ts'
import { bestOf, watchedLoss } from './epoch-records.ts'
import type { EpochRecord } from './run-state.ts'

interface Next {
  readonly command: string
  readonly config: Resolved
  readonly run: string
  readonly source: string
  readonly records: readonly EpochRecord[]
  readonly cwd: string
}

/** Prints commands to try next. */
export function reportNext(report: Report, { command, config, run: path, source, records, cwd }: Next): void {
  const run = shellWord(path)
  const { epochs } = config.fit
  const data = shellWord(relative(cwd, config.data.test ?? config.data.validation ?? config.data.train))
  const isBestLast = bestOf(records, watchedLoss(records), 'min')?.epoch === records.length
  const others = config.data.test ?? config.data.validation
  const rate = anotherRate(config.optimizer, records)
  const more = `--epochs ${epochs * 2}`
  const next = [
    [`${command} predict ${run} ${data}`, 'predictions for rows, as CSV'],
    [
      `${command} evaluate ${run} ${data}`,
      others ? 'the figures on other rows' : 'the figures on all rows of the file',
    ],
    // a run that a callback ended would end again
    ...(records.length < epochs
      ? []
      : [
          [
            `${command} train --resume ${run} ${more}`,
            isBestLast
              ? 'go on where this run stopped: the last epoch was the best one'
              : 'go on where this run stopped',
          ],
        ]),
    ...(rate === undefined ? [] : [[`${command} train ${run}/config.json --set ${rate}`, 'another learning rate']]),
    [`${command} train ${source} --seed ${config.seed + 1}`, 'other first weights, another order'],
  ]
  report.heading('Try next')
  for (const [call, purpose] of next) {
    report.line(`  ${report.colors.dim(`# ${purpose}`)}`)
    report.line(`  ${call}`)
  }
}

/** Sets three times the learning rate, of a schedule its initial one. Undefined where the config has no such number. */
function anotherRate(optimizer: Resolved['optimizer'], records: readonly EpochRecord[]): string | undefined {
  if (typeof optimizer === 'string') return undefined
  const given = (optimizer as { readonly learningRate?: unknown }).learningRate
  const isSchedule = typeof given === 'object' && given !== null
  const initial = isSchedule ? (given as { readonly initialLearningRate?: unknown }).initialLearningRate : undefined
  const rate = isSchedule ? initial : (records.at(-1)?.learningRate ?? 0.001)
  if (typeof rate !== 'number' || !Number.isFinite(rate) || rate <= 0) return undefined
  const place = isSchedule ? 'optimizer.learningRate.initialLearningRate' : 'optimizer.learningRate'
  return `${place}=${Number((rate * 3).toPrecision(1))}`
}
