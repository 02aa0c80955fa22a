import { ConfigError, checkFields } from '@gradus/core'
import type { Write } from './platform-output.ts'
import { ProgressBar } from './progress-bar.ts'

/** Options of `Progbar`, with Keras's names. */
export interface ProgbarOptions {
  /** The number of steps; undefined if unknown. */
  readonly target?: number | null
  /** The width of the bar in characters (default 20). */
  readonly width?: number
  /** 0 prints nothing, 1 a bar that is redrawn (default), 2 one line at the end. */
  readonly verbose?: 0 | 1 | 2
  /** The least time in seconds before the bar is drawn again (default 0.05). */
  readonly interval?: number
  /** The figures that are shown as they are; the others are averaged over the steps. */
  readonly statefulMetrics?: readonly string[]
  /** The figures that are averaged; the others are shown as they are. */
  readonly statelessMetrics?: readonly string[]
  /** The name of a step (default `step`). */
  readonly unitName?: string
  /** Prints text (by default to the terminal, or to the console if there is none). */
  readonly write?: Write
}

const fields = {
  target: 'number',
  width: { type: 'integer', min: 0 },
  verbose: { oneOf: [0, 1, 2] },
  interval: { type: 'number', min: 0 },
  statefulMetrics: 'strings',
  statelessMetrics: 'strings',
  unitName: 'string',
  write: 'function',
} as const

/** Figures by name, or as pairs. */
export type ProgbarValues = { readonly [name: string]: number } | readonly (readonly [name: string, value: number])[]

/**
 * A `ProgressBar` with the options of Keras: it averages figures over the steps unless they are named in `statefulMetrics`. Throws
 * `ConfigError` if both lists of names are given. Keras: `utils.Progbar`.
 *
 * @example
 * import { Progbar } from '@gradus/callbacks'
 * let text = ''
 * const bar = new Progbar({ target: 2, verbose: 2, write: (piece) => { text += piece } })
 * bar.add(1, [['loss', 3]])
 * bar.add(1, [['loss', 1]])
 * text.includes('2/2') // => true
 */
export class Progbar extends ProgressBar {
  private done = 0

  constructor(options: ProgbarOptions = {}) {
    checkFields('Progbar', options, fields)
    const { target, statefulMetrics, statelessMetrics, unitName, ...others } = options
    if (statefulMetrics && statelessMetrics) {
      throw new ConfigError(
        "Progbar: 'statefulMetrics' and 'statelessMetrics' exclude each other. The figures that one does not name are of the other kind.",
      )
    }
    super({
      ...others,
      ...(typeof target === 'number' && { target }),
      ...(unitName !== undefined && { unit: unitName }),
      averaged: (name) => statelessMetrics?.includes(name) ?? !statefulMetrics?.includes(name),
    })
  }

  /** Shows that `current` steps are done. `finalize` ends the line (default: if the target is reached). */
  override update(current: number, values: ProgbarValues = {}, finalize?: boolean): void {
    super.update(current, Object.fromEntries(Array.isArray(values) ? values : Object.entries(values)), finalize)
    this.done = current
  }

  /** Shows that `count` more steps are done. */
  add(count: number, values: ProgbarValues = {}): void {
    this.update(this.done + count, values)
  }
}
