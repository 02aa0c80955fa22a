import { type CallbackModel, ConfigError, type Field } from '@gradus/core'
import { standardOutput, type Write } from './platform-output.ts'

/** Options of callbacks that watch one figure. */
export interface MonitorConfig {
  /** Key in the logs (default `val_loss`). */
  readonly monitor?: string
  /** Whether the figure should fall or rise; `auto` asks the compiled loss and metrics (default). */
  readonly mode?: 'auto' | 'min' | 'max'
  /** 1 announces what the callback does (default 0). */
  readonly verbose?: 0 | 1
  /** Takes the announcements; by default the terminal, or the console where there is none. */
  readonly write?: Write
  /** Takes warnings (default `console.warn`). */
  readonly warn?: (message: string) => void
}

const monitorFields: Readonly<Record<keyof MonitorConfig, Field>> = {
  monitor: 'string',
  mode: { oneOf: ['auto', 'min', 'max'] },
  verbose: { oneOf: [0, 1] },
  write: 'unknown',
  warn: 'unknown',
}

/** `own` and the fields of a figure to watch. A function, because bundlers must keep a spread in a static field. */
export function withMonitorFields<F extends Readonly<Record<string, Field>>>(own: F): F & typeof monitorFields {
  return { ...monitorFields, ...own }
}

/** Compares the values of one figure. The best so far is undefined before the first one. */
export class Monitor {
  readonly name: string
  private direction: 'up' | 'down' | undefined

  /** A change of less than `minDelta` is no improvement. */
  constructor(
    private readonly owner: string,
    private readonly config: MonitorConfig,
    private readonly minDelta = 0,
  ) {
    this.name = config.monitor ?? 'val_loss'
    if (config.mode === 'min') this.direction = 'down'
    else if (config.mode === 'max') this.direction = 'up'
  }

  /** Whether `value` is better than `reference`. NaN never is, unless there is nothing to compare it with. */
  improves(value: number, reference: number | undefined, model: CallbackModel): boolean {
    const falls = this.directionIn(model) === 'down'
    if (reference === undefined) return true
    const delta = Math.abs(this.minDelta)
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
        `${this.owner} watches '${this.name}', and no compiled loss or metric has this name, so whether it should fall or ` +
          "rise is not known. Give mode: 'min' or mode: 'max', or watch a compiled metric.",
      )
    }
    return (this.direction = known)
  }

  say(text: string): void {
    if (!this.config.verbose) return
    const write = this.config.write ?? standardOutput()
    write(`${text}\n`)
  }

  warn(message: string): void {
    const warn = this.config.warn ?? ((text: string) => console.warn(text))
    warn(message)
  }

  /** Warns that the figure is missing. */
  warnMissing(logs: object): void {
    const known = Object.keys(logs).join(', ') || 'none'
    this.warn(
      `${this.owner} watches '${this.name}', which this epoch did not report (known: ${known}). Nothing is decided.`,
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
