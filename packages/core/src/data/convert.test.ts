import { describe, expect, it } from 'vitest'
import { DataError } from '../errors.ts'
import type { HostArray } from './dataset.ts'
import { toHostArray } from './host-array.ts'
import { toHostValues } from './host-values.ts'

const given = (data: unknown, dtype: string, shape: unknown = [3]) =>
  toHostArray({ data, shape, dtype } as unknown as HostArray, 'x')

describe('a host array whose data is of another type', () => {
  it.each([
    [new Uint8Array([0, 128, 255]), [0, 128, 255]],
    [new Uint8ClampedArray([0, 128, 255]), [0, 128, 255]],
    [new Int8Array([-1, 0, 127]), [-1, 0, 127]],
    [new Int16Array([-300, 0, 300]), [-300, 0, 300]],
    [new Uint16Array([0, 1, 65535]), [0, 1, 65535]],
    [new Int32Array([-7, 0, 7]), [-7, 0, 7]],
    [new Uint32Array([0, 1, 7]), [0, 1, 7]],
    [new Float64Array([0.5, 0.25, -2]), [0.5, 0.25, -2]],
    [
      [1, 2, 3.5],
      [1, 2, 3.5],
    ],
  ])('is converted to float32: %o', (data, values) => {
    expect(given(data, 'float32')).toEqual({ data: new Float32Array(values), shape: [3], dtype: 'float32' })
  })

  it('is converted to other dtypes', () => {
    expect(given(new Float32Array([1, 2, 3]), 'int32').data).toEqual(new Int32Array([1, 2, 3]))
    expect(given(new Uint8Array([1, 2, 3]), 'uint32').data).toEqual(new Uint32Array([1, 2, 3]))
    expect(given(new Float32Array([1, 2, 3]), 'float64').data).toEqual(new Float64Array([1, 2, 3]))
    expect(given(new Float64Array([1, 2, 0.1]), 'float16').data).toEqual(new Float32Array([1, 2, 0.1]))
    expect(given(new Float32Array([1, 0, 1]), 'bool').data).toEqual(new Uint8Array([1, 0, 1]))
  })

  it('is the same array where the types agree', () => {
    const data = new Float32Array(3)
    expect(given(data, 'float32').data).toBe(data)
  })

  it('is refused where the dtype has no such value', () => {
    expect(() => given(new Float32Array([1, 2.5, 3]), 'int32')).toThrow('x[1] is 2.5, which is no int32')
    expect(() => given(new Int32Array([1, -2, 3]), 'uint32')).toThrow('x[1] is -2, which is no uint32')
    expect(() => given(new Float64Array([1, 2, 3e9]), 'int32')).toThrow('x[2] is 3000000000')
    expect(() => given(new Uint8Array([1, 0, 255]), 'bool')).toThrow('x[2] is 255, which is no bool: expected 0 or 1.')
    expect(() => given(new Float32Array([1, Number.NaN, 0]), 'int32')).toThrow('x[1] is NaN')
    expect(() => given(new Uint16Array(3), 'float16')).toThrow('Give the numbers in a Float32Array.')
  })
})

describe('parts of a host array that do not fit', () => {
  it.each([
    [
      'uint8',
      "x.dtype: 'uint8' is no dtype. Use 'int32'. The dtypes are float16, float32, float64, int32, uint32, bool.",
    ],
    ['Float32', "x.dtype: 'Float32' is no dtype. Use 'float32'."],
    ['int64', "'int64' is no dtype. Use 'int32'."],
    ['flaot32', "'flaot32' is no dtype. The dtypes are"],
    [undefined, 'x.dtype: undefined is no dtype. The dtypes are float16'],
  ])('the dtype %s', (dtype, message) => {
    expect(() => given(new Uint8Array(3), dtype as string)).toThrow(message)
    expect(() => given(new Uint8Array(3), dtype as string)).toThrow(DataError)
  })

  it('the shape and the data', () => {
    expect(() => given(new Float32Array(3), 'float32', 3)).toThrow('x.shape is 3; expected a list')
    expect(() => given(new Float32Array(3), 'float32', [-3])).toThrow('x.shape is [-3]')
    expect(() => given(new Float32Array(3), 'float32', [2])).toThrow('x has 3 values and the shape [2]')
    expect(() => given(new BigInt64Array(3), 'float32')).toThrow('x.data is')
    expect(() => given('abc', 'float32')).toThrow('x.data is "abc"; expected a typed array of numbers.')
    expect(() => given([1, 'b', 3], 'float32')).toThrow('x[1] is "b"; expected a number.')
    expect(() => toHostValues({ data: [1], shape: [1], dtype: 'string' } as never, 'x')).toThrow(
      'x has dtype string and its data is [1]; expected a list of strings.',
    )
  })
})

it('typed arrays take the dtype that holds their values, also in lists', () => {
  const dtype = (value: unknown) => toHostArray(value as Float32Array, 'x').dtype
  expect(
    [Int8Array, Int16Array, Uint8Array, Uint8ClampedArray, Uint16Array, Int32Array].map((T) => dtype(new T(1))),
  ).toEqual(new Array(6).fill('int32'))
  expect(dtype(new Uint32Array(1))).toBe('uint32')
  expect(toHostArray([new Int32Array([2 ** 24 + 1]), new Int32Array([5])], 'x')).toEqual({
    data: new Int32Array([2 ** 24 + 1, 5]),
    shape: [2, 1],
    dtype: 'int32',
  })
  expect(toHostArray([new Float64Array([0.1]), [0.2]] as never, 'x').dtype).toBe('float32')
  expect(() => dtype(new BigInt64Array(1))).toThrow('x is a BigInt64Array, for which there is no dtype')
})
