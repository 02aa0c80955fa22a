import { add, maximum, sin } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { AxisMaker, expressionsWithin, joinedIndex, lookupsIn, mergeable, Rewriting } from './axes.ts'
import { Expressions, indicesOf, inputsOf } from './expression.ts'
import {
  axisOf,
  constantIndex,
  indexOf,
  lookupOf,
  plus,
  quotient,
  ravel,
  remainder,
  shifted,
  times,
  unravel,
} from './integer.ts'

describe('axes', () => {
  it('have one per dimension, except for dimensions of size 1', () => {
    const { at, axes } = new AxisMaker().coordinates([4, 1, 3])
    expect(axes.map(({ size }) => size)).toEqual([4, 3])
    expect(at.map(({ key }) => key)).toEqual([indexOf(axes[0]!).key, '0', indexOf(axes[1]!).key])
    expect(new AxisMaker().coordinates([0]).axes.map(({ size }) => size)).toEqual([0])
  })

  it('differ from the axes of the kernel', () => {
    const known = [axisOf(3, 5), axisOf(1, 2)]
    const maker = new AxisMaker(known)
    const ids = [...known, maker.axis(2), maker.axis(2)].map(({ id }) => id)
    expect(new Set(ids).size).toBe(4)
  })

  it('are split where that saves a division', () => {
    const maker = new AxisMaker()
    const [whole, other] = [maker.axis(24), maker.axis(10)]
    const index = plus(quotient(indexOf(whole), 6), times(remainder(indexOf(whole), 6), 4))
    const splits = maker.splits([index])
    expect([...splits.keys()]).toEqual([whole])
    const [outer, inner] = splits.get(whole)!
    expect([outer.size, inner.size]).toEqual([4, 6])
    const rewriting = new Rewriting(new Expressions(), new Map([[whole, joinedIndex([outer, inner])]]))
    expect(rewriting.index(index).key).toBe(plus(indexOf(outer), times(indexOf(inner), 4)).key)
    // not split: the divisor does not divide the size, two axes, an offset, a factor
    const left = [
      quotient(indexOf(whole), 7),
      quotient(plus(indexOf(whole), indexOf(other)), 6),
      remainder(shifted(indexOf(whole), 1), 6),
      remainder(times(indexOf(whole), 5), 6),
      times(indexOf(whole), 3),
    ]
    expect(maker.splits(left).size).toBe(0)
  })

  it('are split until a movement needs no division', () => {
    const maker = new AxisMaker()
    // a flat loop over a transposed [2, 3, 4] array
    const flat = maker.axis(24)
    let index = ravel(unravel(indexOf(flat), [4, 3, 2]).reverse(), [2, 3, 4])
    for (let round = 0; ; round++) {
      const splits = maker.splits([index])
      if (splits.size === 0) break
      const map = new Map([...splits].map(([axis, parts]) => [axis, joinedIndex(parts)]))
      index = new Rewriting(new Expressions(), map).index(index)
      expect(round).toBeLessThan(3)
    }
    expect(index.key).not.toMatch(/[/%]/)
    expect(index.axes.map(({ size }) => size).sort()).toEqual([2, 3, 4])
  })
})

describe('two axes', () => {
  const [first, second, third] = [axisOf(0, 4), axisOf(1, 6), axisOf(2, 3)]
  const [i, j, k] = [indexOf(first), indexOf(second), indexOf(third)]

  it('become one loop where every index continues from row to row', () => {
    const dense = plus(times(i, 6), j)
    expect(mergeable(first, second, [dense, times(dense, 3), plus(times(dense, 2), k), k, constantIndex(4)])).toBe(true)
    expect(mergeable(first, second, [plus(times(i, 7), j)])).toBe(false)
    expect(mergeable(first, second, [i])).toBe(false)
    expect(mergeable(first, second, [j])).toBe(false)
    expect(mergeable(second, first, [dense])).toBe(false)
    expect(mergeable(first, second, [dense, plus(times(j, 4), i)])).toBe(false)
  })

  it('stay two loops where a division depends on one of them', () => {
    expect(mergeable(first, second, [plus(plus(times(i, 6), j), quotient(j, 4))])).toBe(false)
    expect(mergeable(first, second, [plus(plus(times(i, 6), j), remainder(k, 2))])).toBe(true)
  })
})

describe('rewriting', () => {
  const [old, outer, inner] = [axisOf(0, 12), axisOf(1, 3), axisOf(2, 4)]
  const map = new Map([[old, joinedIndex([outer, inner])]])

  it('replaces axes in expressions of every kind', () => {
    const make = new Expressions()
    const index = indexOf(old)
    const rewriting = new Rewriting(make, map)
    const place = plus(times(indexOf(outer), 4), indexOf(inner))
    const into = rewriting.make
    const load = make.load('float32', 5, shifted(times(index, 2), 1))
    const [newLoad, zero] = [into.load('float32', 5, shifted(times(place, 2), 1)), into.constant('float32', 0)]
    expect(rewriting.expression(load)).toBe(newLoad)
    expect(rewriting.expression(make.coordinate('int32', index))).toBe(into.coordinate('int32', place))
    expect(rewriting.expression(make.apply('float32', sin.op, [load]))).toBe(into.apply('float32', sin.op, [newLoad]))
    const chosen = make.choice([{ index, low: 2, high: 5 }], () => load, make.constant('float32', 0))
    expect(rewriting.expression(chosen)).toBe(into.choice([{ index: place, low: 2, high: 5 }], () => newLoad, zero))
    expect(rewriting.expression(make.reduced('float32', 2, [old]))).toMatchObject({
      reduction: 2,
      axes: [outer, inner],
    })
    const scratch = rewriting.expression(make.rowBuffer('float32', 1, constantIndex(0), [old]))
    expect(scratch).toMatchObject({ kind: 'rowBuffer', slot: 1, axes: [outer, inner] })
  })

  it('keeps shared expressions shared and merges those that become equal', () => {
    const make = new Expressions()
    const other = axisOf(3, 12)
    const [x, y] = [make.load('float32', 0, indexOf(old)), make.load('float32', 0, indexOf(other))]
    const sum = make.apply('float32', add.op, [make.apply('float32', sin.op, [x]), make.apply('float32', sin.op, [y])])
    const rewriting = new Rewriting(make, new Map([[other, indexOf(old)]]))
    const rewritten = rewriting.expression(sum)
    expect(rewriting.expression(sum)).toBe(rewritten)
    expect(new Set(inputsOf(rewritten)).size).toBe(1)
  })

  it('resolves choices that the new axes decide', () => {
    const make = new Expressions()
    const load = make.load('float32', 0, indexOf(old))
    const chosen = make.choice([{ index: indexOf(old), low: 4, high: 12 }], () => load, make.constant('float32', 7))
    const at = (place: number) => new Rewriting(make, new Map([[old, constantIndex(place)]])).expression(chosen)
    expect(at(3)).toMatchObject({ kind: 'constant', value: 7 })
    expect(at(4)).toMatchObject({ kind: 'load', index: { terms: [], constant: 4 } })
  })

  it('rewrites looked-up expressions', () => {
    const make = new Expressions()
    const where = make.load('int32', 1, indexOf(old))
    const index = plus(times(indexOf(lookupOf(where, 9)), 5), indexOf(old))
    const rewriting = new Rewriting(make, map)
    const rewritten = rewriting.index(index)
    const [looked] = lookupsIn(rewritten, rewriting.make)
    expect(looked).toBe(rewriting.expression(where))
    expect(looked).toMatchObject({ kind: 'load', value: 1, axes: [outer, inner] })
    expect(rewritten.axes).toEqual([outer, inner])
  })

  it('makes the new expressions with the given maker', () => {
    const [make, into] = [new Expressions(), new Expressions()]
    const both = [0, 1].map((place) => new Rewriting(make, new Map([[old, constantIndex(place)]]), into))
    const load = make.load('float32', 0, indexOf(old))
    const loads = both.map((rewriting) => rewriting.expression(load))
    expect(loads.map(({ id }) => into.byId(id))).toEqual(loads)
    expect(loads[0]).not.toBe(loads[1])
  })
})

describe('the expressions of a kernel', () => {
  it('include looked-up indices', () => {
    const make = new Expressions()
    const axis = axisOf(0, 4)
    const where = make.load('int32', 1, indexOf(axis))
    const safe = make.apply('int32', maximum.op, [where, make.constant('int32', 0)])
    const element = make.load('float32', 0, indexOf(lookupOf(safe, 9)))
    const all = expressionsWithin([make.apply('float32', sin.op, [element])], make)
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(['apply', 'load', 'constant']))
    expect(all).toHaveLength(5)
    expect(all).toContain(where)
    expect(all.flatMap(indicesOf)).toHaveLength(2)
  })
})
