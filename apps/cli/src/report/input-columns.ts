import type { TableSpec } from 'gradus/tables'
import { shortNumber } from '../text/numbers.ts'

/** A column of a table of examples. */
export interface ShownColumn {
  readonly name: string
  /** The value of a sample as text, from the numbers that the network gets. */
  read(inputs: ArrayLike<number>): string
}

/**
 * Returns columns for the numbers of an input. Where the model knows the columns of its table, those of numbers, categories and
 * booleans have the values of the file again; others are as the network gets them.
 */
export function shownColumns(labels: readonly string[], table: TableSpec | undefined): ShownColumn[] {
  const shown: ShownColumn[] = []
  let taken = new Set<number>()
  for (const { name, options, state } of table?.inputs ?? []) {
    const missing = labels.indexOf(`${name} is missing`)
    const { offset, span } = state as { readonly offset?: unknown; readonly span?: unknown }
    const first = labels.indexOf(name)
    const places = [first, missing].filter((place) => place >= 0)
    const orMissing = (read: (inputs: ArrayLike<number>) => string) => (inputs: ArrayLike<number>) =>
      inputs[missing] === 1 ? 'missing' : read(inputs)
    if (options.kind === 'number' && first >= 0 && typeof offset === 'number' && typeof span === 'number') {
      shown.push({
        name,
        read: orMissing((inputs) => shortNumber(Number((inputs[first]! * span + offset).toPrecision(6)))),
      })
    } else if (options.kind === 'boolean' && first >= 0) {
      shown.push({
        name,
        read: orMissing((inputs) => ({ 0: 'false', 1: 'true' })[inputs[first]!] ?? shortNumber(inputs[first]!)),
      })
    } else if (options.kind === 'category') {
      const start = `${name} = `
      const own = labels.flatMap((label, place) => (label.startsWith(start) ? [place] : []))
      const nameAt = (place: number | undefined) => (place === undefined ? '-' : labels[place]!.slice(start.length))
      shown.push({ name, read: orMissing((inputs) => nameAt(own.find((place) => inputs[place] === 1))) })
      places.push(...own)
    } else continue
    taken = new Set([...taken, ...places])
  }
  labels.forEach((name, place) => {
    if (!taken.has(place)) shown.push({ name, read: (inputs) => shortNumber(Number(inputs[place])) })
  })
  return shown
}
