import { type CallbackModel, ConfigError, type ConfigOf, type Kind, type Logs, type OptionsOf } from '@gradus/core'
import { standardOutput, type Write } from './platform-output.ts'

/** The options of callbacks that monitor one figure. */
export const monitorFields = {
  /** The key of the figure in the logs. */
  monitor: { type: 'string', default: 'val_loss' },
  /** Whether the figure should fall (`min`) or rise (`max`); `auto` means the direction of the compiled loss or metric. */
  mode: { oneOf: ['auto', 'min', 'max'], default: 'auto' },
  /** 1 prints a message for each action of the callback. */
  verbose: { oneOf: [0, 1], default: 0 },
  /** Prints text (by default to the terminal, or to the console if there is none). */
  write: { type: 'function' as Kind<Write> },
  /** Prints warnings (by default to the console). */
  warn: { type: 'function' as Kind<(message: string) => void>, default: (message: string) => console.warn(message) },
} as const

/** Options of callbacks that monitor one figure. */
export interface MonitorConfig extends ConfigOf<typeof monitorFields> {}

/** A callback that monitors one figure. */
interface MonitoringCallback {
  readonly type: string
  readonly options: OptionsOf<typeof monitorFields> & {
    /** A change up to this value does not count as an improvement. */
    readonly minDelta?: number
  }
}

/** Compares the values of one figure. */
export class Monitor {
  /** The key of the figure. */
  readonly name: string
  private direction: 'up' | 'down' | undefined

  constructor(private readonly owner: MonitoringCallback) {
    const { monitor, mode } = owner.options
    this.name = monitor
    if (mode === 'min') this.direction = 'down'
    else if (mode === 'max') this.direction = 'up'
  }

  /** Whether `value` is better than `reference`: true without a reference, otherwise false for NaN. */
  improves(value: number, reference: number | undefined, model: CallbackModel): boolean {
    const falls = this.directionIn(model) === 'down'
    if (reference === undefined) return true
    const delta = Math.abs(this.owner.options.minDelta ?? 0)
    return falls ? value + delta < reference : value - delta > reference
  }

  /** Whether the figure should rise or fall. Throws `ConfigError` if neither the options nor the model define it. */
  directionIn(model: CallbackModel): 'up' | 'down' {
    if (this.direction) return this.direction
    const key = this.name.replace(/^val_/, '')
    const known =
      model.metricDirection(this.name) ?? model.metricDirection(key) ?? (key === 'loss' ? 'down' : undefined)
    if (!known) {
      throw new ConfigError(
        `${this.owner.type} monitors '${this.name}', which is the name of no compiled loss or metric, so it is not known whether it should ` +
          "fall or rise. Give mode: 'min' or mode: 'max', or monitor a compiled metric.",
      )
    }
    return (this.direction = known)
  }

  /** Prints a line if `verbose` is 1. */
  print(text: string): void {
    const { verbose, write = standardOutput() } = this.owner.options
    if (verbose) write(`${text}\n`)
  }

  /** Prints a warning. */
  warn(message: string): void {
    this.owner.options.warn(message)
  }

  /** Warns that the figure is missing. */
  warnMissing(logs: object): void {
    const known = Object.keys(logs).join(', ') || 'none'
    this.warn(
      `${this.owner.type} monitors '${this.name}', which this epoch did not report (known: ${known}). It does nothing.`,
    )
  }
}

/** The description of a figure in a saved state. */
export const figure = { type: 'number', or: ['NaN', 'Infinity', '-Infinity'] } as const
/** The description of a count in a saved state. */
export const count = { type: 'integer', required: true } as const

/** Converts a number for JSON, which has no NaN and infinity. */
export function toJsonNumber(value: number | undefined): number | string | null {
  return value === undefined ? null : Number.isFinite(value) ? value : String(value)
}

/** Returns figures for JSON. */
export function jsonNumbers(logs: Logs): Record<string, number | string | null> {
  return Object.fromEntries(Object.entries(logs).map(([key, value]) => [key, toJsonNumber(value)]))
}

/** The inverse of `toJsonNumber`. */
export function fromJsonNumber(value: number | string | null): number | undefined {
  return value === null ? undefined : Number(value)
}
