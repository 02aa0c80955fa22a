import { ConfigError } from '@gradus/core'
import { generator } from './random.ts'
import type { Dimension, Space } from './tune-schema.ts'

/** The values of a trial by their place in the config. */
export type Values = Readonly<Record<string, unknown>>

/** The largest grid. */
const maxGrid = 10_000

/** All combinations of the values of a space; ranges have `steps` values. Throws `ConfigError` for more than 10 000. */
export function gridOf(space: Space): Values[] {
  const dimensions = Object.entries(space).map(([place, dimension]) => [place, valuesOf(dimension)] as const)
  const count = combinations(dimensions.map(([, values]) => values))
  if (count > maxGrid) {
    throw new ConfigError(
      `The grid has ${count} trials, more than ${maxGrid}. Give fewer values or steps, or use --method random.`,
    )
  }
  return dimensions.reduce<Values[]>(
    (trials, [place, values]) => trials.flatMap((trial) => values.map((value) => ({ ...trial, [place]: value }))),
    [{}],
  )
}

/** The random trials of a seed: `count`, or all combinations in a random order where there are fewer. */
export function distinctTrials(space: Space, seed: number, count: number): Values[] {
  const lists = Object.entries(space).map(([place, dimension]) => [place, allValues(dimension, count)] as const)
  const isSmall = lists.every(([, values]) => values) && combinations(lists.map(([, values]) => values!)) <= count
  if (!isSmall) return randomTrials(space, seed, count)
  const next = generator(seed, 0)
  const ranked = gridOf(Object.fromEntries(lists) as Space).map((values) => ({ values, rank: next() }))
  return ranked.sort((a, b) => a.rank - b.rank).map(({ values }) => values)
}

/** The values of a list or of a range of whole numbers; undefined where there are more than `most`. */
function allValues(dimension: Dimension, most: number): readonly unknown[] | undefined {
  if (Array.isArray(dimension)) return dimension.length <= most ? dimension : undefined
  const range =
    'integer' in dimension ? dimension.integer : 'logInteger' in dimension ? dimension.logInteger : undefined
  const [low, high] = range ?? [0, Number.POSITIVE_INFINITY]
  if (high - low >= most) return undefined
  return Array.from({ length: Math.floor(high) - Math.ceil(low) + 1 }, (_, index) => Math.ceil(low) + index)
}

/** `count` random trials of a seed. A trial is drawn again, a few times, where it is an earlier one. */
export function randomTrials(space: Space, seed: number, count: number): Values[] {
  const seen = new Set<string>()
  return Array.from({ length: count }, (_, index) => {
    const next = generator(seed, index)
    let values = drawn(space, next)
    for (let again = 0; again < 20 && seen.has(JSON.stringify(values)); again++) values = drawn(space, next)
    seen.add(JSON.stringify(values))
    return values
  })
}

function combinations(lists: readonly (readonly unknown[])[]): number {
  return lists.reduce((product, values) => product * values.length, 1)
}

function drawn(space: Space, next: () => number): Values {
  return Object.fromEntries(
    Object.entries(space).map(([place, dimension]) => {
      if (Array.isArray(dimension)) return [place, dimension[Math.floor(next() * dimension.length)]]
      return [place, within(dimension, next())]
    }),
  )
}

function valuesOf(dimension: Dimension): readonly unknown[] {
  if (Array.isArray(dimension)) return dimension
  const { steps = 5 } = dimension
  return [...new Set(Array.from({ length: steps }, (_, index) => within(dimension, index / (steps - 1))))]
}

/** The value at a part of a range, from 0 to 1. */
function within(dimension: Exclude<Dimension, readonly unknown[]>, part: number): number {
  if ('uniform' in dimension) return short(dimension.uniform[0] + part * (dimension.uniform[1] - dimension.uniform[0]))
  if ('log' in dimension) return short(logarithmic(dimension.log, part))
  // each whole number has an equal part of the range
  if ('integer' in dimension) {
    const [low, high] = dimension.integer
    return Math.min(high, Math.floor(low + part * (high - low + 1)))
  }
  return Math.round(logarithmic(dimension.logInteger, part))
}

function logarithmic([low, high]: readonly [number, number], part: number): number {
  return Math.exp(Math.log(low) + part * (Math.log(high) - Math.log(low)))
}

/** Four digits are enough for a search, and can be read. */
function short(value: number): number {
  return Number(value.toPrecision(4))
}
