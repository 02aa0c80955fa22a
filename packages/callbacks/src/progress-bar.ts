import { type ConfigOf, completeConfig, type Kind, type OptionsOf } from '@gradus/core'
import { standardOutput, type Write } from './platform-output.ts'
import { figure, fixed } from './python-format.ts'

const fields = {
  /** The number of steps; undefined if unknown. */
  target: 'number',
  /** 0 prints nothing, 1 a bar that is redrawn, 2 one line at the end. */
  verbose: { oneOf: [0, 1, 2], default: 1 },
  /** The width of the bar in characters. */
  width: { type: 'integer', min: 0, default: 20 },
  /** The least time in seconds before the bar is drawn again. */
  interval: { type: 'number', min: 0, default: 0.05 },
  /** Whether a figure is averaged over the steps. By default none is, because the figures of logs are averages already. */
  averaged: { type: 'function' as Kind<(name: string) => boolean>, default: () => false },
  /** The name of a step. */
  unit: { type: 'string', default: 'step' },
  /** Returns the time in seconds. */
  clock: { type: 'function' as Kind<() => number>, default: () => performance.now() / 1000 },
  /** Prints text (by default to the terminal, or to the console if there is none). */
  write: { type: 'function' as Kind<Write> },
} as const

/** Options of `ProgressBar`. */
export interface ProgressBarOptions extends ConfigOf<typeof fields> {}

/**
 * Prints progress as text, in the format of Keras.
 *
 * @example
 * import { ProgressBar } from '@gradus/callbacks'
 * let time = 0
 * let text = ''
 * const bar = new ProgressBar({ target: 210, verbose: 2, clock: () => time, write: (piece) => { text += piece } })
 * time = 0.42
 * bar.update(210, { accuracy: 0.5514, loss: 0.6797 }, true)
 * text // => '210/210 - 0s - 2ms/step - accuracy: 0.5514 - loss: 0.6797\n'
 */
export class ProgressBar {
  /** The number of steps. It may be set later, if it is unknown at the start. */
  target: number | undefined
  private readonly options: OptionsOf<typeof fields>
  private readonly write: Write
  private readonly start: number
  private readonly figures = new Map<string, { sum: number; count: number }>()
  private seen = 0
  private drawnAt = Number.NEGATIVE_INFINITY
  private firstStepAt: number | undefined
  private drawnWidth = 0

  constructor(options: ProgressBarOptions = {}) {
    this.options = completeConfig('ProgressBar', options, fields) as OptionsOf<typeof fields>
    this.target = this.options.target
    this.write = this.options.write ?? standardOutput()
    this.start = this.options.clock()
  }

  /** Shows that `current` steps are done. `last` ends the line (default: if the target is reached). */
  update(current: number, values: { readonly [name: string]: number } = {}, last?: boolean): void {
    const ends = last ?? (this.target !== undefined && current >= this.target)
    this.record(current, values, ends)
    const now = this.options.clock()
    const stepTime = this.stepTime(current, now)
    if (this.options.verbose === 1) {
      if (now - this.drawnAt < this.options.interval && !ends) return
      this.draw(current, now, stepTime, ends)
    } else if (this.options.verbose === 2 && ends && this.target) {
      const count = `${String(current).padStart(digitsOf(this.target))}/${this.target}`
      const elapsed = fixed(now - this.start, 0)
      this.write(`${count} - ${elapsed}s - ${this.duration(stepTime)}${this.line((value) => value)}\n`)
    }
    this.drawnAt = now
  }

  private record(current: number, values: { readonly [name: string]: number }, ends: boolean): void {
    for (const [name, value] of Object.entries(values)) {
      const known = this.figures.get(name)
      if (ends || !this.options.averaged(name)) this.figures.set(name, { sum: value, count: 1 })
      else {
        const steps = Math.max(current - this.seen, 1)
        this.figures.set(name, { sum: (known?.sum ?? 0) + value * steps, count: (known?.count ?? 0) + steps })
      }
    }
    this.seen = current
  }

  /** Seconds per step. The first step is left out if there are more, because it includes compilation. */
  private stepTime(current: number, now: number): number {
    if (current === 0) return 0
    const first = this.firstStepAt
    if (current === 1) this.firstStepAt = now
    return first !== undefined && current > 1 ? (now - first) / (current - 1) : (now - this.start) / current
  }

  private draw(current: number, now: number, stepTime: number, ends: boolean): void {
    const { target } = this
    const time = target && !ends ? remaining(stepTime * (target - current)) : `${fixed(now - this.start, 0)}s`
    const bar = target ? this.bar(current, target) : { text: `${String(current).padStart(7)}/Unknown`, hidden: 0 }
    const info = ` \x1b[1m${time}\x1b[0m ${this.duration(stepTime)}${this.line(Math.abs)}`
    const width = bar.text.length + info.length - bar.hidden - 8 // 8 characters of `info` switch bold on and off
    const blank = ' '.repeat(Math.max(0, this.drawnWidth - width))
    this.write(`${'\b'.repeat(this.drawnWidth)}\r${bar.text}${info}${blank}${ends ? '\n' : ''}`)
    this.drawnWidth = width
  }

  /** The count and the bar, and the number of characters that are color codes. */
  private bar(current: number, target: number): { text: string; hidden: number } {
    const { width } = this.options
    const done = Math.trunc((width * current) / target)
    const count = `\x1b[1m${String(current).padStart(digitsOf(target))}/${target}\x1b[0m `
    const green = done > 0 ? `\x1b[32m${'━'.repeat(done)}\x1b[0m` : ''
    return {
      text: `${count}${green}\x1b[37m${'━'.repeat(Math.max(0, width - done))}\x1b[0m`,
      hidden: done > 0 ? 26 : 17,
    }
  }

  private line(size: (value: number) => number): string {
    return [...this.figures]
      .map(([name, { sum, count }]) => ` - ${name}: ${figure(sum / count, size(sum / count))}`)
      .join('')
  }

  private duration(seconds: number): string {
    const { unit } = this.options
    if (seconds >= 1 || seconds === 0) return `${fixed(seconds, 0)}s/${unit}`
    return seconds >= 1e-3 ? `${fixed(seconds * 1e3, 0)}ms/${unit}` : `${fixed(seconds * 1e6, 0)}us/${unit}`
  }
}

function digitsOf(target: number): number {
  return String(Math.trunc(target)).length
}

/** Seconds as `h:mm:ss`, `m:ss` or `12s`. */
function remaining(seconds: number): string {
  const two = (value: number) => String(Math.trunc(value)).padStart(2, '0')
  if (seconds > 3600) return `${Math.trunc(seconds / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`
  if (seconds > 60) return `${Math.trunc(seconds / 60)}:${two(seconds % 60)}`
  return `${Math.trunc(seconds)}s`
}
