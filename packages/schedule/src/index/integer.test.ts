import { Dice } from '@gradus/testing/checks'
import { describe, expect, it } from 'vitest'
import { indexValue } from '../testing/index-value.ts'
import {
  type Axis,
  axesOfAtom,
  axisOf,
  constantIndex,
  forEachAtom,
  type Index,
  indexOf,
  type Lookup,
  lookupOf,
  plus,
  quotient,
  rangeOf,
  ravel,
  remainder,
  shifted,
  strideAlong,
  substitute,
  times,
  unravel,
} from './integer.ts'

const axes = [axisOf(0, 4), axisOf(1, 6), axisOf(2, 3)] as const
const [a, b, c] = axes.map(indexOf) as [Index, Index, Index]
/** Depends on two axes, by no formula that the arithmetic knows. */
const found = lookupOf({ id: 7, axes: [axes[0], axes[2]] }, 5)

/** The value of each axis. */
type Point = readonly number[]

const points: readonly Point[] = pointsOf(axes.map(({ size }) => size))

function pointsOf(sizes: readonly number[]): Point[] {
  return sizes.reduce<Point[]>(
    (made, size) => made.flatMap((point) => Array.from({ length: size }, (_, place) => [...point, place])),
    [[]],
  )
}

function atPoint([i = 0, j = 0, k = 0]: Point): (atom: Axis | Lookup) => number {
  return (atom) => (atom.kind === 'axis' ? [i, j, k][atom.id]! : (i * 3 + k * 2 + i * k) % 5)
}

/** The values of an index at all points. */
const valuesOf = (index: Index) => points.map((point) => indexValue(index, atPoint(point)))
const modulo = (x: number, by: number) => x - by * Math.floor(x / by)

/** An index, and the plain arithmetic that it stands for. */
interface Pair {
  readonly index: Index
  readonly plain: (point: Point) => number
}

function randomPair(dice: Dice, depth: number): Pair {
  if (depth === 0) {
    const axis = dice.pick(axes)
    return dice.pick<Pair>([
      { index: indexOf(axis), plain: (point) => point[axis.id]! },
      { index: indexOf(axis), plain: (point) => point[axis.id]! },
      { index: indexOf(found), plain: (point) => atPoint(point)(found) },
      { index: constantIndex(depth + 3), plain: () => depth + 3 },
    ])
  }
  const [x, y] = [randomPair(dice, depth - 1), randomPair(dice, dice.whole(0, depth - 1))]
  const [factor, by] = [dice.whole(-3, 8), dice.whole(1, 9)]
  return dice.pick<Pair>([
    { index: plus(x.index, y.index), plain: (point) => x.plain(point) + y.plain(point) },
    {
      index: plus(times(x.index, by), y.index),
      plain: (point) => by * x.plain(point) + y.plain(point),
    },
    { index: times(x.index, factor), plain: (point) => factor * x.plain(point) + 0 },
    { index: shifted(x.index, factor), plain: (point) => x.plain(point) + factor },
    { index: quotient(x.index, by), plain: (point) => Math.floor(x.plain(point) / by) },
    { index: remainder(x.index, by), plain: (point) => modulo(x.plain(point), by) },
  ])
}

const randomPairs = Array.from({ length: 1500 }, (_, seed) => randomPair(new Dice(seed), 1 + (seed % 5)))

describe('an index', () => {
  it('equals plain arithmetic at every point', () => {
    for (const { index, plain } of randomPairs) expect(valuesOf(index), index.key).toEqual(points.map(plain))
    // most indices did not become trivial
    expect(randomPairs.filter(({ index }) => index.terms.length > 1).length).toBeGreaterThan(300)
    expect(randomPairs.filter(({ index }) => /[/%]/.test(index.key)).length).toBeGreaterThan(300)
  })

  it('lies within its bounds', () => {
    for (const { index, plain } of randomPairs) {
      const { low, high } = rangeOf(index)
      const values = points.map(plain)
      expect(low, index.key).toBeLessThanOrEqual(Math.min(...values))
      expect(high, index.key).toBeGreaterThanOrEqual(Math.max(...values))
    }
    expect(rangeOf(plus(times(a, 6), times(b, -1)))).toEqual({ low: -5, high: 18 })
    expect(rangeOf(remainder(plus(a, b), 4))).toEqual({ low: 0, high: 3 })
    expect(rangeOf(indexOf(axisOf(9, 0)))).toEqual({ low: 0, high: 0 })
  })

  it('knows its axes, including those in divisions and lookups', () => {
    for (const { index, plain } of randomPairs) {
      // an axis that it does not list changes nothing
      for (const axis of axes.filter((axis) => !index.axes.includes(axis))) {
        const elsewhere = points.map((point) => plain(point.map((place, id) => (id === axis.id ? 0 : place))))
        expect(points.map(plain), `${index.key} along ${axis.key}`).toEqual(elsewhere)
      }
    }
    expect(quotient(plus(times(a, 3), b), 7).axes).toEqual([axes[0], axes[1]])
    expect(axesOfAtom(found)).toEqual([axes[0], axes[2]])
  })

  it('has an equal key only where it is equal', () => {
    const byKey = new Map<string, Pair>()
    for (const pair of randomPairs) {
      const same = byKey.get(pair.index.key) ?? pair
      byKey.set(pair.index.key, pair)
      expect(points.map(pair.plain), pair.index.key).toEqual(points.map(same.plain))
    }
    expect(byKey.size).toBeLessThan(randomPairs.length)
  })

  it('has one key for all ways to write a sum', () => {
    const sum = plus(plus(times(a, 18), times(b, 3)), c)
    const ways = [
      plus(c, plus(times(b, 3), times(a, 18))),
      plus(times(plus(times(a, 6), b), 3), c),
      plus(plus(times(a, 20), c), plus(times(b, 3), times(a, -2))),
      shifted(plus(shifted(sum, 5), constantIndex(-3)), -2),
    ]
    for (const way of ways) expect(way.key).toBe(sum.key)
    expect(plus(a, times(a, -1)).key).toBe(constantIndex(0).key)
    expect(times(a, 0).key).toBe(constantIndex(0).key)
  })

  it('has no negative zero', () => {
    expect(times(constantIndex(0), -1).constant).toBe(0)
    expect(times(plus(a, constantIndex(0)), -2).constant).toBe(0)
  })
})

describe('a division', () => {
  const sum = plus(times(a, 8), b)

  it('splits a sum into its parts', () => {
    expect(quotient(sum, 8).key).toBe(a.key)
    expect(remainder(sum, 8).key).toBe(b.key)
    expect(quotient(shifted(sum, 16), 8).key).toBe(shifted(a, 2).key)
    expect(remainder(shifted(sum, 16), 8).key).toBe(b.key)
    // the rest lies between two multiples
    expect(quotient(shifted(sum, 2), 8).key).toBe(a.key)
    expect(quotient(shifted(sum, -6), 8).key).toBe(shifted(a, -1).key)
    expect(remainder(shifted(sum, -6), 8).key).toBe(shifted(b, 2).key)
    expect(quotient(a, 1).key).toBe(a.key)
    expect(remainder(a, 1).key).toBe(constantIndex(0).key)
  })

  it('remains where the rest may reach the divisor', () => {
    expect(quotient(shifted(sum, 3), 8).terms).toHaveLength(2)
    expect(quotient(shifted(sum, 3), 8).key).toBe(plus(a, quotient(shifted(b, 3), 8)).key)
    expect(remainder(shifted(sum, 3), 8).key).toBe(remainder(shifted(b, 3), 8).key)
    expect(quotient(b, 6).key).toBe(constantIndex(0).key)
    expect(quotient(b, 5).terms).toHaveLength(1)
  })

  it('has the smallest possible divisor', () => {
    expect(quotient(times(b, 6), 4).key).toBe(quotient(times(b, 3), 2).key)
    expect(remainder(times(b, 6), 4).key).toBe(times(remainder(times(b, 3), 2), 2).key)
  })

  it('is undone when quotient and remainder are added', () => {
    for (const whole of [plus(times(a, 5), b), plus(b, shifted(times(c, -7), 2)), plus(indexOf(found), times(b, 3))]) {
      for (const by of [2, 3, 4, 6, 9]) {
        const parts = plus(times(quotient(whole, by), by), remainder(whole, by))
        expect(parts.key, `by ${by}`).toBe(whole.key)
        const scaled = plus(plus(times(quotient(whole, by), 3 * by), c), times(remainder(whole, by), 3))
        expect(scaled.key, `by ${by}, 3 times`).toBe(plus(times(whole, 3), c).key)
      }
    }
    // parts of different divisions stay apart
    const other = plus(times(quotient(plus(a, b), 3), 3), remainder(plus(a, c), 3))
    expect(other.terms).toHaveLength(2)
    expect(plus(times(quotient(plus(a, b), 3), 2), remainder(plus(a, b), 3)).terms).toHaveLength(2)
  })
})

describe('positions in row-major order', () => {
  it('convert to coordinates and back', () => {
    const shape = [4, 6, 3]
    const position = ravel([a, b, c], shape)
    expect(position.key).toBe(plus(times(a, 18), plus(times(b, 3), c)).key)
    expect(unravel(position, shape).map(({ key }) => key)).toEqual([a.key, b.key, c.key])
    // as another shape, and back
    for (const other of [[72], [24, 3], [4, 18], [2, 2, 18], [8, 9], [3, 24], [6, 1, 12]]) {
      const places = unravel(position, other)
      places.forEach((place, axis) => {
        const sizeAfter = other.slice(axis + 1).reduce((product, size) => product * size, 1)
        const expected = points.map((_, number) => modulo(Math.floor(number / sizeAfter), other[axis]!))
        expect(valuesOf(place), `dimension ${axis} of ${other}`).toEqual(expected)
      })
      expect(ravel(places, other).key, `${other}`).toBe(position.key)
    }
  })

  it('need no division where dimensions are joined or split', () => {
    const divisions = (indices: readonly Index[]) => indices.filter(({ key }) => /[/%]/.test(key)).length
    const position = ravel([a, b, c], [4, 6, 3])
    expect(divisions(unravel(position, [24, 3]))).toBe(0)
    expect(divisions(unravel(position, [4, 1, 18]))).toBe(0)
    expect(divisions(unravel(position, [72, 1]))).toBe(0)
    expect(divisions(unravel(position, [8, 9]))).toBe(2)
  })

  it('leave axes of size 1 and of size 0 at 0', () => {
    expect(unravel(plus(a, b), [1]).map(({ key }) => key)).toEqual(['0'])
    expect(unravel(a, [4, 1]).map(({ key }) => key)).toEqual([a.key, '0'])
    expect(unravel(a, [2, 0, 3]).map(({ key }) => key)).toEqual(['0', '0', '0'])
    expect(ravel([], []).key).toBe('0')
  })
})

describe('replaced atoms', () => {
  it('give the values of the index at the new points', () => {
    for (const [number, { index }] of randomPairs.slice(0, 400).entries()) {
      const [x, y] = [randomPair(new Dice(number + 5000), 2), randomPair(new Dice(number + 6000), 1)]
      const into = new Map([
        [axes[0].key, x],
        [axes[1].key, y],
      ])
      const replaced = substitute(index, (atom) => into.get(atom.key)?.index ?? indexOf(atom))
      const expected = points.map((point) =>
        indexValue(index, (atom) => into.get(atom.key)?.plain(point) ?? atPoint(point)(atom)),
      )
      expect(valuesOf(replaced), `${index.key} becomes ${replaced.key}`).toEqual(expected)
    }
  })

  it('are visited, including those in divisions', () => {
    const seen: string[] = []
    forEachAtom(plus(a, quotient(plus(remainder(plus(b, c), 5), indexOf(found)), 4)), ({ key }) => seen.push(key))
    expect(seen).toEqual(expect.arrayContaining([axes[0].key, axes[1].key, axes[2].key, found.key]))
    expect(seen).toHaveLength(6)
  })
})

describe('the stride along an axis', () => {
  it('is the change of the index when the axis goes up by one', () => {
    let known = 0
    for (const { index, plain } of randomPairs) {
      for (const axis of axes) {
        const stride = strideAlong(index, axis)
        if (stride === undefined) continue
        if (stride !== 0) known++
        const moves = points
          .filter((point) => point[axis.id]! + 1 < axis.size)
          .map((point) => plain(point.map((place, id) => (id === axis.id ? place + 1 : place))) - plain(point))
        expect(new Set(moves), `${index.key} along ${axis.key}`).toEqual(new Set([stride]))
      }
    }
    expect(known).toBeGreaterThan(300)
  })

  it('is unknown where a division or a lookup depends on the axis', () => {
    const index = plus(times(a, 3), quotient(b, 4))
    expect(axes.map((axis) => strideAlong(index, axis))).toEqual([3, undefined, 0])
    expect(axes.map((axis) => strideAlong(indexOf(found), axis))).toEqual([undefined, 0, undefined])
  })
})
