import { describe, expect, it } from 'vitest'
import { toHostArray } from './host-array.ts'

describe('toHostArray', () => {
  it('takes nested numbers, nested booleans and lists of typed arrays', () => {
    expect(
      toHostArray(
        [
          [1, 2],
          [3, 4],
        ],
        'x',
      ),
    ).toEqual({ data: new Float32Array([1, 2, 3, 4]), shape: [2, 2], dtype: 'float32' })
    expect(toHostArray([[true], [false]], 'x')).toEqual({ data: new Uint8Array([1, 0]), shape: [2, 1], dtype: 'bool' })
    expect(toHostArray([new Float64Array([1, 2]), new Float64Array([3, 4])], 'x').shape).toEqual([2, 2])
    expect(toHostArray([], 'x')).toEqual({ data: new Float32Array(0), shape: [0], dtype: 'float32' })
  })

  it('reads bytes as whole numbers, not as booleans', () => {
    expect(toHostArray(new Uint8Array([0, 255]), 'x')).toEqual({
      data: new Int32Array([0, 255]),
      shape: [2],
      dtype: 'int32',
    })
    expect(toHostArray(new Uint8ClampedArray([7]), 'x').dtype).toBe('int32')
  })

  it('casts on request and names numbers that do not fit', () => {
    expect(toHostArray([1, 2], 'y', 'int32').data).toEqual(new Int32Array([1, 2]))
    expect(() => toHostArray([[1], [2.5]], 'y', 'int32')).toThrow('y[1][0] is 2.5, which is no int32')
    expect(() => toHostArray(new Float32Array([0, 3e9]), 'y', 'int32')).toThrow('y[1] is 3000000000')
    expect(() => toHostArray([-1], 'y', 'uint32')).toThrow('from 0 to 4294967295')
  })

  it.each([
    [[[1, 2], [3]], 'x[1] has 1 values; expected 2'],
    [[[1, 2], 3], 'x[1] is 3; expected 2 values'],
    [[1, [2]], 'x[1] has 1 values; expected a number'],
    [
      [
        [1, 2],
        [3, 'a'],
      ],
      'x[1][1] is "a"; expected a number',
    ],
    [[[1, null]], 'x[0][1] is null; expected a number'],
    ['abc', 'x is "abc"'],
  ])('refuses %j and names the position', (value, message) => {
    expect(() => toHostArray(value as unknown as number[], 'x')).toThrow(message)
  })

  it('refuses host arrays of the wrong length', () => {
    expect(() => toHostArray({ data: new Float32Array(5), shape: [2, 3], dtype: 'float32' }, 'x')).toThrow(
      'x has 5 values and the shape [2, 3]',
    )
  })
})
