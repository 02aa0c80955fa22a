import { ConfigError, type Logs } from '@gradus/core'
import { TargetError } from '../exit-codes.ts'
import type { Evaluation } from './evaluation.ts'

/** The accuracy that `--min-accuracy` is compared with, and the rows that it is of. */
export interface Accuracy {
  readonly value: number
  readonly rows: string
}

/** That of the held-out rows, else of the validation rows, else of the training rows in the last epoch. */
export function accuracyOf(evaluation: Evaluation | undefined, logs: Logs): Accuracy {
  const find = (figures: Logs, pattern: RegExp) => Object.entries(figures).find(([key]) => pattern.test(key))?.[1]
  if (evaluation) return { value: find(evaluation.figures, /acc/i) ?? Number.NaN, rows: `${evaluation.role} rows` }
  const validation = find(logs, /^val_.*acc/i)
  if (validation !== undefined) return { value: validation, rows: 'validation rows' }
  return { value: find(logs, /acc/i) ?? Number.NaN, rows: 'training rows' }
}

/** Throws `TargetError` for an accuracy that is lower than `--min-accuracy`. */
export function requireAccuracy(minimum: number | undefined, { value, rows }: Accuracy): void {
  if (minimum === undefined || value >= minimum) return
  if (Number.isNaN(value)) throw new ConfigError('--min-accuracy needs an accuracy, and the model predicts no classes.')
  throw new TargetError(
    `The accuracy of the ${rows} is ${value.toFixed(4)} and was to be at least ${minimum} (--min-accuracy).`,
  )
}
