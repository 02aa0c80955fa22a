import { shortNumber } from '../text/numbers.ts'
import { shortened } from '../text/shortened.ts'
import { textTable } from '../text/text-table.ts'
import type { Trial } from './tune-state.ts'

/** A line about a trial. */
export function describeTrial(
  { id, state, score, bestEpoch, seconds, epochs, values, message }: Trial,
  metric: string,
): string {
  const set = Object.entries(values).map(([place, value]) => `${place}=${JSON.stringify(value)}`)
  const result = score === null ? state : `${metric} ${shortNumber(score)} in epoch ${bestEpoch} of ${epochs}`
  const why = shortened((message ?? '').split('\n', 1)[0]!, 160)
  const more = state === 'trained' ? '' : ` (${score === null ? why : `${state}: ${why}`})`
  return `trial ${id}: ${result}, ${seconds.toFixed(2)} s, ${set.join(' ')}${more}`
}

/** The trials as a table. */
export function trialTable(trials: readonly Trial[], metric: string): string {
  const places = [...new Set(trials.flatMap(({ values }) => Object.keys(values)))]
  const head = ['trial', metric, 'epoch', 'epochs', 'seconds', ...places, 'run']
  const cell = (value: unknown) => {
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '-')
    return shortened(text, 28)
  }
  const rows = trials.map(({ id, state, score, bestEpoch, epochs, seconds, values, run }) => [
    String(id),
    score === null ? state : shortNumber(score),
    bestEpoch === null ? '-' : String(bestEpoch),
    String(epochs),
    seconds.toFixed(2),
    ...places.map((place) => cell(values[place])),
    run ?? '-',
  ])
  return textTable(head, rows)
}
