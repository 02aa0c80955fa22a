import { describe, expect, it } from 'vitest'
import { array, noise, runKernel } from '../test/run-kernel.ts'

const x = array('float32', [1, 2, 3, 4, 5, 6], [3, 2])

describe('gather', () => {
  it('takes rows, elements and matrices of them', () => {
    const indices = array('int32', [2, 0, 0, 1], [2, 2])
    expect(runKernel('gather', [x, indices], { axis: 0 }, { shape: [2, 2, 2] })).toEqual([5, 6, 1, 2, 1, 2, 3, 4])
    expect(runKernel('gather', [x, array('uint32', [1], [])], { axis: 1 }, { shape: [3] })).toEqual([2, 4, 6])
    expect(runKernel('gather', [x, array('int32', [], [0])], { axis: 0 }, { shape: [0, 2] })).toEqual([])
  })

  it('gives 0 for an index that does not exist', () => {
    const indices = array('int32', [-1, 3, 1])
    expect(runKernel('gather', [x, indices], { axis: 0 }, { shape: [3, 2] })).toEqual([0, 0, 0, 0, 3, 4])
    const truths = array('bool', [1, 1])
    expect(runKernel('gather', [truths, array('uint32', [4294967295, 0])], { axis: 0 })).toEqual([0, 1])
    expect(
      runKernel('gather', [array('float32', [], [0, 2]), array('int32', [0])], { axis: 0 }, { shape: [1, 2] }),
    ).toEqual([0, 0])
  })

  it('takes long rows', () => {
    const table = noise([4, 100], 1, 'float32')
    const rows = runKernel('gather', [table, array('int32', [3, 1])], { axis: 0 }, { shape: [2, 100] })
    expect(rows).toEqual([...table.data.slice(300, 400), ...table.data.slice(100, 200)])
  })
})

describe('scatterAdd', () => {
  it('adds duplicates up and drops indices out of range', () => {
    const updates = array('float32', [10, 20, 30, 40, 50, 60, 70, 80], [4, 2])
    const result = runKernel('scatterAdd', [x, array('int32', [1, 1, -1, 3]), updates], { axis: 0 })
    expect(result).toEqual([1, 2, 43, 64, 5, 6])
    expect([...x.data]).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('adds along an inner axis', () => {
    const updates = array('float32', [10, 20, 30], [3])
    expect(runKernel('scatterAdd', [x, array('uint32', [1], []), updates], { axis: 1 })).toEqual([1, 12, 3, 24, 5, 36])
  })

  it('wraps integers around', () => {
    const base = array('int32', [2147483647])
    expect(runKernel('scatterAdd', [base, array('int32', [0]), array('int32', [1])], { axis: 0 })).toEqual([
      -2147483648,
    ])
  })
})
