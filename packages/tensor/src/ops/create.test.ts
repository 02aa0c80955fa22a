import { cpu } from '@gradus/backend-cpu'
import { beforeAll, describe, expect, it } from 'vitest'
import { backendOf, useBackend } from '../backend.ts'
import { ShapeError } from '../errors.ts'
import { inferShapes } from '../interpreter.ts'
import { toBackend } from '../transfer.ts'
import { arange, eye, iota, linspace, onesLike, tensor, zeros, zerosLike } from './create.ts'

beforeAll(async () => {
  await useBackend(cpu())
})

describe('tensor', () => {
  it('takes its dtype from the values', () => {
    expect(tensor(1).dtype).toBe('float32')
    expect(tensor([true, false]).dtype).toBe('bool')
    expect(tensor(new Float64Array(2)).dtype).toBe('float64')
    expect(tensor(new Int32Array(2)).dtype).toBe('int32')
    expect(tensor(new Uint8Array([200])).dtype).toBe('int32')
    expect(tensor(new Uint8Array([200])).array()).toEqual([200])
    expect(tensor(new Uint8Array([2, 0]), { dtype: 'bool' }).array()).toEqual([true, false])
  })

  it('takes its options in an object', () => {
    for (const options of ['int32', [2, 1]]) {
      expect(() => tensor([1, 2], options as never)).toThrow(
        "tensor takes its options in an object, as in tensor([1, 2], { dtype: 'int32' }) or tensor([1, 2], { shape: [2, 1] }).",
      )
    }
  })

  it('takes its shape from the nesting', () => {
    expect(tensor(5).shape).toEqual([])
    expect(tensor([]).shape).toEqual([0])
    expect(tensor([[], []]).shape).toEqual([2, 0])
    expect(tensor([[[1], [2]]]).array()).toEqual([[[1], [2]]])
    expect(tensor([new Float32Array([1, 2]), new Float32Array([3, 4])]).array()).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(tensor([1, 2, 3, 4], { shape: [2, 2] }).array()).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  it('copies', () => {
    const values = new Float32Array([1, 2])
    const x = tensor(values)
    values[0] = 9
    expect(x.array()).toEqual([1, 2])
  })

  it('names the position of ragged values and the value that does not fit', () => {
    expect(() => tensor([[1, 2], [3]])).toThrow('ragged: the element at [1] has shape [1] and those before it [2]')
    expect(() => tensor([[1, [2]]] as never)).toThrow('[0, 1]')
    expect(() => tensor([[1, 'two']] as never)).toThrow('found string at [0, 1]')
    expect(() => tensor([1, 2, 3], { shape: [2, 2] })).toThrow('3 values do not fill the shape [2, 2], which needs 4')
    expect(() => tensor([1.5], { dtype: 'int32' })).toThrow('1.5 does not exist in int32')
    expect(() => tensor([-1], { dtype: 'uint32' })).toThrow(ShapeError)
  })

  it('has a value while only shapes are worked out', () => {
    expect(inferShapes(() => tensor([1, 2])).array()).toEqual([1, 2])
    expect(inferShapes(() => zeros([2])).concrete).toBe(false)
  })
})

describe('sequences and constants', () => {
  it('counts along an axis', () => {
    expect(iota([2, 2], -1, 'float32').array()).toEqual([
      [0, 1],
      [0, 1],
    ])
    expect(() => iota([2], 1)).toThrow('axis 1 does not exist')
    expect(() => iota([2], 0, 'bool')).toThrow('numeric dtype')
  })

  it('ranges up, down and over nothing', () => {
    expect(arange(2, 5).array()).toEqual([2, 3, 4])
    expect(arange(5, 0, -2).array()).toEqual([5, 3, 1])
    expect(arange(5, 5).shape).toEqual([0])
    expect(arange(3).dtype).toBe('int32')
    expect(arange(0, 1, 0.5).dtype).toBe('float32')
    expect(() => arange(0, 1, 0)).toThrow('step other than 0')
  })

  it('reaches both ends of linspace', () => {
    const x = linspace(0, 0.7, 8, 'float64').array() as number[]
    expect(x[0]).toBe(0)
    expect(x[7]).toBe(0.7)
    expect(linspace(3, 9, 1).array()).toEqual([3])
    expect(linspace(3, 9, 0).shape).toEqual([0])
  })

  it('fills like another tensor', () => {
    const x = tensor([[1, 2]], { dtype: 'int32' })
    expect(zerosLike(x).dtype).toBe('int32')
    expect(onesLike(tensor([false])).array()).toEqual([true])
  })

  it('puts ones on a diagonal', () => {
    expect(eye(2).array()).toEqual([
      [1, 0],
      [0, 1],
    ])
    expect(eye(2, 3, 1).array()).toEqual([
      [0, 1, 0],
      [0, 0, 1],
    ])
    expect(eye(3, 2, -1).array()).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
    ])
  })
})

it('moves tensors between backends', async () => {
  const other = cpu()
  const x = tensor([1, 2, 3])
  const moved = await toBackend(x, other)
  expect(backendOf(moved)).toBe(other)
  expect(moved.array()).toEqual([1, 2, 3])
  expect(await toBackend(moved, other)).toBe(moved)
})
