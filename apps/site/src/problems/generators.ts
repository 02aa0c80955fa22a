import { normal } from './random.ts'

/** One sample: its inputs, then its target. */
export type Sample = readonly number[]

/** Coordinates of points are from `-halfWidth` to `halfWidth`. */
export const halfWidth = 3

type Generator = (random: () => number, noise: number) => Sample[]

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))

/**
 * A made-up drug trial: participants of 65 and older have side effects, younger ones have none, except for a share `noise` of
 * each group. The input is the age, 13 to 100, scaled to 0 to 1.
 */
export const sideEffects: Generator = (random, noise) =>
  times(400, (i) => {
    const older = i % 2 === 1
    const age = older ? 65 + Math.floor(random() * 36) : 13 + Math.floor(random() * 52)
    const isException = random() < noise
    return [(age - 13) / 87, older !== isException ? 1 : 0]
  })

/** A disk of class 0 in a ring of class 1. */
export const circles: Generator = (random, noise) =>
  times(200, (i) => {
    const outer = i % 2
    const radius = outer ? 1.9 + 0.7 * random() : 1.2 * Math.sqrt(random())
    const angle = 2 * Math.PI * random()
    return [...moved(radius * Math.cos(angle), radius * Math.sin(angle), random, noise), outer]
  })

/** Class 1 where the coordinates have different signs. */
export const xor: Generator = (random, noise) =>
  times(200, (i) => {
    const side = () => 0.2 + 2.3 * random()
    const [sx, sy] = [i & 1 ? 1 : -1, i & 2 ? 1 : -1]
    return [...moved(sx * side(), sy * side(), random, noise), sx === sy ? 0 : 1]
  })

/** Two spiral arms, one per class. */
export const spiral: Generator = (random, noise) =>
  times(240, (i) => {
    const arm = i % 2
    const along = (i - arm) / 238
    const angle = 1.5 * 2 * Math.PI * along + arm * Math.PI
    const radius = 0.25 + 2.4 * along
    return [...moved(radius * Math.cos(angle), radius * Math.sin(angle), random, noise), arm]
  })

/** Two interlocking half circles, one per class. */
export const moons: Generator = (random, noise) =>
  times(200, (i) => {
    const lower = i % 2
    const angle = Math.PI * random()
    const [x, y] = lower
      ? [0.75 - 1.5 * Math.cos(angle), 0.4 - 1.5 * Math.sin(angle)]
      : [-0.75 + 1.5 * Math.cos(angle), -0.4 + 1.5 * Math.sin(angle)]
    return [...moved(x!, y!, random, noise), lower]
  })

/** Points of a sine curve with a slope, for regression: one input, one number as the target. */
export const curve: Generator = (random, noise) =>
  times(120, () => {
    const x = halfWidth * (2 * random() - 1)
    return [x, 1.5 * Math.sin(1.6 * x) + 0.25 * x + noise * normal(random)]
  })

function moved(x: number, y: number, random: () => number, noise: number): [number, number] {
  const shift = () => 0.8 * noise * normal(random)
  return [inside(x + shift()), inside(y + shift())]
}

const inside = (value: number) => Math.min(halfWidth, Math.max(-halfWidth, value))
