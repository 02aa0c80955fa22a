import { type CallbackModel, ConfigError, type ConfigOf, type Kind, type OptionsOf } from '@gradus/core'
import { standardOutput, type Write } from './platform-output.ts'

export const monitorFields = {
  /** Key in the logs. */
  monitor: { type: 'string', default: 'val_loss' },
  /** Whether the figure should fall or rise; `auto` asks the compiled loss and metrics. */
  mode: { oneOf: ['auto', 'min', 'max'], default: 'auto' },
  /** 1 announces what the callback does. */
  verbose: { oneOf: [0, 1], default: 0 },
  /** Takes the announcements; by default the terminal, or the console where there is none. */
  write: { type: 'function' as Kind<Write> },
  /** Takes warnings. */
  warn: { type: 'function' as Kind<(message: string) => void>, default: (message: string) => console.warn(message) },
} as const

/** Options of callbacks that watch one figure. */
export interface MonitorConfig extends ConfigOf<typeof monitorFields> {}

/** A callback that watches one figure. */
interface Watcher {
  readonly type: string
  readonly options: OptionsOf<typeof monitorFields> & {
    /** A smaller change is no improvement. */
    readonly minDelta?: number
  }
}

/** Compares the values of one figure. The best so far is undefined before the first one. */
export class Monitor {
  /** The key of the figure. */
  readonly name: string
  private direction: 'up' | 'down' | undefined

  constructor(private readonly owner: Watcher) {
    const { monitor, mode } = owner.options
    this.name = monitor
    if (mode === 'min') this.direction = 'down'
    else if (mode === 'max') this.direction = 'up'
  }

  /** Whether `value` is better than `reference`. NaN never is, unless there is nothing to compare it with. */
  improves(value: number, reference: number | undefined, model: CallbackModel): boolean {
    const falls = this.directionIn(model) === 'down'
    if (reference === undefined) return true
    const delta = Math.abs(this.owner.options.minDelta ?? 0)
    return falls ? value + delta < reference : value - delta > reference
  }

  /** Which way is better. Throws `ConfigError` where neither the options nor the model say. */
  directionIn(model: CallbackModel): 'up' | 'down' {
    if (this.direction) return this.direction
    const key = this.name.replace(/^val_/, '')
    const known =
      model.metricDirection(this.name) ?? model.metricDirection(key) ?? (key === 'loss' ? 'down' : undefined)
    if (!known) {
      throw new ConfigError(
        `${this.owner.type} watches '${this.name}', and no compiled loss or metric has this name, so whether it should fall or ` +
          "rise is not known. Give mode: 'min' or mode: 'max', or watch a compiled metric.",
      )
    }
    return (this.direction = known)
  }

  say(text: string): void {
    const { verbose, write = standardOutput() } = this.owner.options
    if (verbose) write(`${text}\n`)
  }

  warn(message: string): void {
    this.owner.options.warn(message)
  }

  /** Warns that the figure is missing. */
  warnMissing(logs: object): void {
    const known = Object.keys(logs).join(', ') || 'none'
    this.warn(
      `${this.owner.type} watches '${this.name}', which this epoch did not report (known: ${known}). Nothing is decided.`,
    )
  }
}

/** A number as JSON can hold it. */
export function toJsonNumber(value: number | undefined): number | string | null {
  return value === undefined ? null : Number.isFinite(value) ? value : String(value)
}

export function fromJsonNumber(value: number | string | null): number | undefined {
  return value === null ? undefined : Number(value)
}
