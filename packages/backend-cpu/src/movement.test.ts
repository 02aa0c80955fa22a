import { sizeOf } from '@gradus/tensor'
import { stridesOf } from '@gradus/tensor/internals'
import { describe, expect, it } from 'vitest'
import { array, noise, runKernel } from '../test/run-kernel.ts'

const x = array('int32', [1, 2, 3, 4, 5, 6], [2, 3])

/** The coordinates of element number `position`. */
function coordinates(shape: readonly number[], position: number): number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(position / stride) % shape[axis])
}

describe('movement kernels', () => {
  it('fills and counts', () => {
    expect(runKernel('fill', [], { value: -3 }, { shape: [2], dtype: 'int32' })).toEqual([-3, -3])
    expect(runKernel('iota', [], { axis: 0 }, { shape: [2, 3], dtype: 'float32' })).toEqual([0, 0, 0, 1, 1, 1])
    expect(runKernel('iota', [], { axis: 1 }, { shape: [2, 3], dtype: 'uint32' })).toEqual([0, 1, 2, 0, 1, 2])
  })

  it('copies', () => {
    expect(runKernel('reshape', [x], null, { shape: [6] })).toEqual([1, 2, 3, 4, 5, 6])
    expect(runKernel('identity', [x])).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('expands', () => {
    const column = array('float32', [1, 2], [2, 1])
    expect(runKernel('expand', [column], null, { shape: [2, 3] })).toEqual([1, 1, 1, 2, 2, 2])
    expect(runKernel('expand', [array('float32', [1, 2], [1, 2])], null, { shape: [3, 2] })).toEqual([1, 2, 1, 2, 1, 2])
    expect(runKernel('expand', [array('float32', [5], [1, 1])], null, { shape: [2, 2] })).toEqual([5, 5, 5, 5])
    const middle = array('bool', [1, 0, 0, 1], [2, 1, 2])
    expect(runKernel('expand', [middle], null, { shape: [2, 2, 2] })).toEqual([1, 0, 1, 0, 0, 1, 0, 1])
    expect(runKernel('expand', [array('float32', [7], [1])], null, { shape: [0] })).toEqual([])
  })

  it.each([[[1, 0, 2, 3]], [[3, 2, 1, 0]], [[0, 3, 1, 2]], [[2, 0, 3, 1]], [[0, 1, 2, 3]]])(
    'permutes by %j',
    (axes) => {
      const shape = [2, 3, 4, 5]
      const input = noise(shape, 1)
      const to = axes.map((axis) => shape[axis])
      const strides = stridesOf(shape)
      const expected = Array.from({ length: sizeOf(shape) }, (_, position) => {
        const place = coordinates(to, position)
        return input.data[place.reduce((sum, coordinate, axis) => sum + coordinate * strides[axes[axis]], 0)]
      })
      expect(runKernel('permute', [input], { axes }, { shape: to })).toEqual(expected)
    },
  )

  it('permutes long rows', () => {
    const input = noise([3, 2, 100], 2)
    const output = runKernel('permute', [input], { axes: [1, 0, 2] }, { shape: [2, 3, 100] })
    expect(output.slice(300, 400)).toEqual([...input.data.slice(100, 200)])
  })

  it('pads around and between', () => {
    const params = { low: [1, 0], high: [0, 2], interior: [0, 1] }
    const padded = runKernel('pad', [x], params, { shape: [3, 7] })
    expect(padded).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 3, 0, 0, 4, 0, 5, 0, 6, 0, 0])
    const nothing = array('float32', [], [0, 2])
    expect(runKernel('pad', [nothing], { low: [1, 0], high: [0, 0], interior: [3, 0] }, { shape: [1, 2] })).toEqual([
      0, 0,
    ])
  })

  it('slices with steps', () => {
    expect(runKernel('slice', [x], { start: [1, 0], size: [1, 2], step: [1, 2] }, { shape: [1, 2] })).toEqual([4, 6])
    expect(runKernel('slice', [x], { start: [0, 1], size: [2, 2], step: [1, 1] }, { shape: [2, 2] })).toEqual([
      2, 3, 5, 6,
    ])
    expect(runKernel('slice', [x], { start: [2, 0], size: [0, 3], step: [1, 1] }, { shape: [0, 3] })).toEqual([])
  })

  it('flips', () => {
    expect(runKernel('flip', [x], { axes: [0] })).toEqual([4, 5, 6, 1, 2, 3])
    expect(runKernel('flip', [x], { axes: [0, 1] })).toEqual([6, 5, 4, 3, 2, 1])
    expect(runKernel('flip', [x], { axes: [] })).toEqual([1, 2, 3, 4, 5, 6])
    expect(runKernel('flip', [array('float32', [], [0, 2])], { axes: [0, 1] })).toEqual([])
  })

  it('concatenates', () => {
    const y = array('int32', [7, 8], [2, 1])
    const nothing = array('int32', [], [2, 0])
    expect(runKernel('concat', [x, nothing, y], { axis: 1 }, { shape: [2, 4] })).toEqual([1, 2, 3, 7, 4, 5, 6, 8])
    expect(runKernel('concat', [x, x], { axis: 0 }, { shape: [4, 3] })).toEqual([1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6])
  })

  it('cuts overlapping windows and folds them back by adding', () => {
    const image = array('float32', [1, 2, 3, 4, 5], [1, 5, 1])
    const params = { sizes: [3], strides: [1], dilations: [1], spatial: [5] }
    const patches = runKernel('window', [image], params, { shape: [1, 3, 3, 1] })
    expect(patches).toEqual([1, 2, 3, 2, 3, 4, 3, 4, 5])
    const folded = runKernel('fold', [array('float32', patches, [1, 3, 3, 1])], params, { shape: [1, 5, 1] })
    expect(folded).toEqual([1, 4, 9, 8, 5])
  })

  it('cuts windows in two dimensions with strides and dilations', () => {
    const image = noise([2, 6, 7, 3], 3)
    const params = { sizes: [2, 3], strides: [2, 1], dilations: [3, 2], spatial: [6, 7] }
    const shape = [2, 2, 3, 2, 3, 3]
    const patches = runKernel('window', [image], params, { shape })
    const expected = Array.from({ length: sizeOf(shape) }, (_, position) => {
      const [n, i, j, p, q, c] = coordinates(shape, position)
      return image.data[((n * 6 + i * 2 + p * 3) * 7 + j + q * 2) * 3 + c]
    })
    expect(patches).toEqual(expected)
    // fold is the transpose of window: <window(x), y> = <x, fold(y)>
    const y = noise(shape, 4)
    const folded = runKernel('fold', [y], params, { shape: [2, 6, 7, 3] })
    const left = patches.reduce((sum, value, i) => sum + value * y.data[i], 0)
    const right = folded.reduce((sum, value, i) => sum + value * image.data[i], 0)
    expect(left).toBeCloseTo(right, 12)
  })
})
