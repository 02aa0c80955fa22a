import { ConfigError, type Logs } from '@gradus/core'
import { TargetError } from '../exit-codes.ts'
import { rightOf } from './confusion.ts'
import type { Evaluation } from './evaluation.ts'

/** The accuracy that `--min-accuracy` is compared with. */
export interface Accuracy {
  /** NaN where there is none. */
  readonly value: number
  /** Its name among the figures, such as `level_accuracy`. */
  readonly name: string
  /** The rows that it is of. */
  readonly rows: string
}

/** The accuracy of evaluated rows, else of the validation rows, else of the training rows in an epoch with these figures. */
export function accuracyOf(
  evaluation: (Pick<Evaluation, 'figures' | 'confusion'> & { readonly role: string }) | undefined,
  epoch: Logs,
): Accuracy {
  if (evaluation?.confusion) {
    const { right, all } = rightOf(evaluation.confusion)
    return { value: right / all, name: 'accuracy', rows: `${evaluation.role} rows` }
  }
  if (evaluation) return { ...accuracyIn(evaluation.figures, /acc/i), rows: `${evaluation.role} rows` }
  const validation = accuracyIn(epoch, /^val_.*acc/i)
  if (!Number.isNaN(validation.value)) return { ...validation, rows: 'validation rows' }
  return { ...accuracyIn(epoch, /^(?!val_).*acc/i), rows: 'training rows' }
}

function accuracyIn(figures: Logs, pattern: RegExp): { value: number; name: string } {
  const [name, value] = Object.entries(figures).find(([key]) => pattern.test(key)) ?? ['accuracy', Number.NaN]
  return { name: name.replace(/^val_/, ''), value }
}

/** Throws `TargetError` for an accuracy that is lower than `--min-accuracy`. */
export function requireAccuracy(minimum: number | undefined, { value, name, rows }: Accuracy): void {
  if (minimum === undefined || value >= minimum) return
  if (Number.isNaN(value)) throw new ConfigError('--min-accuracy needs an accuracy, and the model predicts no classes.')
  throw new TargetError(
    `The ${name} of the ${rows} is ${value.toFixed(4)} and was to be at least ${minimum} (--min-accuracy).`,
  )
}
