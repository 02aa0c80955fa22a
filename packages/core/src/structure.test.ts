import { SymbolicTensor, Tensor } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { standIn } from './layer/stand-in.ts'
import { isFlat, isPlainObject, leavesOf, mapLeaves } from './structure.ts'

const [a, b] = [new Tensor({ shape: [1], dtype: 'float32' }), new Tensor({ shape: [2], dtype: 'float32' })]
const s = standIn([3], 'float32')

describe('a structure', () => {
  it('is mapped tensor by tensor, symbolic or not, and keeps other values', () => {
    const map = new Map()
    const structure = { list: [a, [s]], more: { b, name: 'x', numbers: [1, 2], none: undefined, map } }
    const found = mapLeaves(structure, (leaf) => (leaf instanceof SymbolicTensor ? 'symbol' : leaf.shape[0]))
    expect(found).toEqual({ list: [1, ['symbol']], more: { b: 2, name: 'x', numbers: [1, 2], none: undefined, map } })
    expect(mapLeaves(a, () => 7)).toBe(7)
    expect(mapLeaves(undefined, () => 7)).toBeUndefined()
  })

  it('has its leaves in a fixed order', () => {
    expect(leavesOf({ x: [a, { y: s }], z: b })).toEqual([a, s, b])
    expect(leavesOf([1, 2, 3])).toEqual([])
    expect(leavesOf([undefined, a])).toEqual([a])
  })

  it('is not traversed where a list holds numbers', () => {
    const numbers = [1, 2, 3]
    expect(mapLeaves(numbers, () => 0)).toBe(numbers)
    expect([isFlat(numbers), isFlat(['a']), isFlat([]), isFlat([a]), isFlat([undefined])]).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
  })
})

it('distinguishes plain objects from instances', () => {
  expect([isPlainObject({}), isPlainObject(Object.create(null))]).toEqual([true, true])
  expect([isPlainObject(a), isPlainObject([]), isPlainObject(null), isPlainObject(() => 1)]).toEqual([
    false,
    false,
    false,
    false,
  ])
})
