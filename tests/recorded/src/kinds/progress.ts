import { ProgressBar } from '@gradus/callbacks'
import type { Check } from '../check.ts'
import type { CaseBase } from '../recorded.ts'

interface ProgressCase extends CaseBase {
  readonly args: {
    readonly target: number | null
    readonly verbose?: 0 | 1 | 2
    readonly width?: number
    readonly interval?: number
    readonly unit_name?: string
    readonly stateful_metrics?: readonly string[]
    readonly stateless_metrics?: readonly string[]
  }
  readonly updates: readonly {
    readonly seconds_since_previous: number
    readonly current: number
    readonly values: readonly (readonly [string, number])[] | null
    readonly finalize: boolean | null
  }[]
  readonly stdout: string
}

/** Compares the text of a progress bar with a scripted clock. */
export function runProgress({ args, updates, stdout }: ProgressCase, check: Check): void {
  let time = 0
  let text = ''
  const { target, verbose, width, interval, unit_name: unit, stateful_metrics: shown } = args
  const bar = new ProgressBar({
    target: target ?? undefined,
    ...(verbose !== undefined && { verbose }),
    ...(width !== undefined && { width }),
    ...(interval !== undefined && { interval }),
    ...(unit !== undefined && { unit }),
    averaged: (name) => shown !== undefined && !shown.includes(name),
    clock: () => time,
    write: (piece) => {
      text += piece
    },
  })
  for (const { seconds_since_previous, current, values, finalize } of updates) {
    time += seconds_since_previous
    bar.update(current, Object.fromEntries(values ?? []), finalize ?? undefined)
  }
  check.text('stdout', text, stdout)
}
