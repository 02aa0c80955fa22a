import { add, sub } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { type Condition, type Expression, Expressions, forEachExpression, indicesOf, inputsOf } from './expression.ts'
import { axisOf, constantIndex, indexOf, plus, shifted, times } from './integer.ts'

const [first, second] = [axisOf(0, 8), axisOf(1, 4)]
const [i, j] = [indexOf(first), indexOf(second)]

describe('expressions of one kernel', () => {
  it('are one object if they are equal', () => {
    const make = new Expressions()
    const sum = () => make.apply('float32', add.op, [make.load('float32', 3, plus(i, j)), make.constant('float32', 2)])
    expect(sum()).toBe(sum())
    expect(make.load('float32', 3, plus(j, i))).toBe(make.load('float32', 3, plus(i, j)))
    expect(make.constant('float32', Number.NaN)).toBe(make.constant('float32', Number.NaN))
    expect(make.reduced('float32', 0, [first])).toBe(make.reduced('float32', 0, [first]))
    expect(make.rowBuffer('float32', 0, j, [first])).toBe(make.rowBuffer('float32', 0, j, [first]))
    const chosen = () => make.choice([{ index: i, low: 2, high: 5 }], sum, make.constant('float32', 0))
    expect(chosen()).toBe(chosen())
    // each has one number
    const ids = [sum(), chosen(), make.reduced('float32', 0, [first])].map(({ id }) => id)
    expect(ids.map((id) => make.byId(id).id)).toEqual(ids)
    expect(make.byId(chosen().id)).toBe(chosen())
  })

  it('differ where anything differs', () => {
    const make = new Expressions()
    const [x, y] = [make.load('float32', 0, i), make.load('float32', 1, i)]
    const zero = make.constant('float32', 0)
    const within = (index: Condition['index'], low: number, high: number) =>
      make.choice([{ index, low, high }], () => x, zero)
    const all = [
      x,
      y,
      make.load('float32', 0, j),
      zero,
      make.constant('float32', -0),
      make.constant('int32', 0),
      make.coordinate('int32', i),
      make.coordinate('float32', i),
      make.apply('float32', sub.op, [x, y]),
      make.apply('float32', sub.op, [y, x]),
      make.apply('float32', sub.op, [x, x]),
      make.apply('float32', add.op, [x, y]),
      make.apply('float64', add.op, [x, y]),
      within(i, 1, 5),
      within(i, 1, 6),
      within(i, 2, 5),
      within(j, 1, 3),
      make.choice([{ index: i, low: 1, high: 5 }], () => y, zero),
      make.choice([{ index: i, low: 1, high: 5 }], () => x, y),
      make.rowBuffer('float32', 0, j, [first]),
      make.rowBuffer('float32', 1, j, [first]),
      make.reduced('float32', 0, [first]),
      make.reduced('float32', 1, [first]),
    ]
    expect(new Set(all).size).toBe(all.length)
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  })

  it('know the axes that they depend on', () => {
    const make = new Expressions()
    const [x, y] = [make.load('float32', 0, i), make.load('float32', 1, j)]
    expect(x.axes).toEqual([first])
    expect(make.constant('float32', 1).axes).toEqual([])
    expect(make.apply('float32', add.op, [x, y]).axes).toEqual([first, second])
    expect(make.apply('float32', add.op, [x, x]).axes).toEqual([first])
    expect(make.reduced('float32', 0, [first]).axes).toEqual([first])
    expect(make.rowBuffer('float32', 0, j, [first]).axes).toEqual([first, second])
    const chosen = make.choice([{ index: j, low: 0, high: 2 }], () => x, make.constant('float32', 0))
    expect(new Set(chosen.axes)).toEqual(new Set([first, second]))
  })

  it('are constants where a coordinate is constant', () => {
    const make = new Expressions()
    expect(make.coordinate('int32', constantIndex(5))).toBe(make.constant('int32', 5))
    expect(make.coordinate('float32', times(constantIndex(0), -1))).toBe(make.constant('float32', 0))
  })
})

describe('a choice', () => {
  const make = new Expressions()
  const [inside, outside] = [make.load('float32', 0, i), make.constant('float32', 0)]
  const never = (): Expression => {
    throw new Error('This is computed nowhere.')
  }

  it('is resolved where its conditions always hold', () => {
    const all: Condition[] = [
      { index: i, low: 0, high: 8 },
      { index: shifted(times(j, -1), 3), low: 0, high: 4 },
      { index: constantIndex(2), low: 2, high: 3 },
    ]
    expect(make.choice(all, () => inside, outside)).toBe(inside)
    expect(make.choice([], () => inside, outside)).toBe(inside)
  })

  it('is resolved where a condition never holds, without making the other side', () => {
    const open: Condition = { index: i, low: 1, high: 3 }
    expect(make.choice([open, { index: shifted(j, 4), low: 0, high: 4 }], never, outside)).toBe(outside)
    expect(make.choice([open, { index: shifted(j, -4), low: 0, high: 9 }], never, outside)).toBe(outside)
  })

  it('keeps the conditions that depend on the position', () => {
    const open: Condition = { index: i, low: 0, high: 7 }
    const chosen = make.choice([{ index: j, low: 0, high: 4 }, open], () => inside, outside)
    expect(chosen).toMatchObject({ kind: 'choice', dtype: 'float32', conditions: [open], inside, outside })
    // off by one on either side
    expect(make.choice([{ index: i, low: 1, high: 8 }], () => inside, outside).kind).toBe('choice')
  })
})

describe('the parts of an expression', () => {
  const make = new Expressions()
  const [x, y] = [make.load('float32', 0, i), make.load('float32', 1, j)]
  const sum = make.apply('float32', add.op, [x, y])
  const chosen = make.choice([{ index: plus(i, j), low: 0, high: 3 }], () => sum, x)

  it('are visited once, inputs first', () => {
    const seen: Expression[] = []
    forEachExpression([chosen, sum], (part) => seen.push(part))
    expect(seen).toHaveLength(4)
    for (const part of seen) {
      for (const input of inputsOf(part)) expect(seen.indexOf(input)).toBeLessThan(seen.indexOf(part))
    }
  })

  it('are expressions and indices', () => {
    expect(inputsOf(chosen)).toEqual([sum, x])
    expect(inputsOf(x)).toEqual([])
    expect(indicesOf(chosen).map(({ key }) => key)).toEqual([plus(i, j).key])
    expect(indicesOf(x)).toEqual([i])
    expect(indicesOf(make.coordinate('int32', j))).toEqual([j])
    expect(indicesOf(make.rowBuffer('float32', 0, j, []))).toEqual([j])
    expect(indicesOf(sum)).toEqual([])
  })
})
