import { jsonVersion } from '../text/json.ts'
import type { EpochRecord } from './run-state.ts'

/** The figures of an epoch, as they are printed for programs. */
export function epochFigures({ epoch, logs, learningRate, milliseconds }: EpochRecord): Record<string, unknown> {
  return { epoch, ...logs, learningRate, milliseconds: Math.round(milliseconds) }
}

/** The event of a complete epoch. */
export function epochEvent(record: EpochRecord): Record<string, unknown> {
  return { version: jsonVersion, event: 'epoch', ...epochFigures(record) }
}

/** The figures of all epochs as CSV. */
export function figuresTable(records: readonly EpochRecord[]): string {
  const keys = [...new Set(records.flatMap(({ logs }) => Object.keys(logs)))]
  const header = ['epoch', ...keys, 'learningRate', 'milliseconds']
  const rows = records.map(({ epoch, logs, learningRate, milliseconds }) =>
    [epoch, ...keys.map((name) => logs[name] ?? ''), learningRate, Math.round(milliseconds)].join(','),
  )
  return `${[header.join(','), ...rows].join('\n')}\n`
}
