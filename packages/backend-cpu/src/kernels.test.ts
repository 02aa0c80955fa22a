import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { array, runKernel } from '../test/run-kernel.ts'
import { kernels } from './kernels.ts'

const page = readFileSync(new URL('../../../docs/primitives.md', import.meta.url), 'utf8')
const rows = page.split('\n').filter((line) => line.startsWith('| `'))
const named = rows.flatMap((row) => [...row.split('|')[1].matchAll(/\w+/g)].map(([name]) => name))

describe('kernels', () => {
  it('has one kernel for each primitive except `scan`, which kernelBackend runs', () => {
    expect(named.length).toBeGreaterThan(70)
    expect(Object.keys(kernels()).sort()).toEqual(named.filter((name) => name !== 'scan').sort())
  })

  const { NaN: nan, POSITIVE_INFINITY: inf } = Number

  it.each([
    ['relu', [nan, -1, 0, 2, inf], [nan, 0, 0, 2, inf]],
    ['abs', [nan, -2, -inf], [nan, 2, inf]],
    ['sign', [nan, -2, 0, 3], [nan, -1, 0, 1]],
    ['neg', [1, -inf, 0], [-1, inf, -0]],
    ['exp', [0, -inf, inf, nan], [1, 0, inf, nan]],
    ['log', [1, 0, -1, inf], [0, -inf, nan, inf]],
    ['log1p', [0, 1e-20, -1], [0, 1e-20, -inf]],
    ['expm1', [0, 1e-20, -inf], [0, 1e-20, -1]],
    ['sqrt', [4, -1, 0], [2, nan, 0]],
    ['rsqrt', [4, 0, inf, -1], [0.5, inf, 0, nan]],
    ['round', [0.5, 1.5, 2.5, -0.5, -1.5, 1e300, nan, inf, 0.49999999999999994], [0, 2, 2, -0, -2, 1e300, nan, inf, 0]],
    ['floor', [-1.5, 1.5], [-2, 1]],
    ['ceil', [-1.5, 1.5], [-1, 2]],
    ['trunc', [-1.5, 1.5, -inf], [-1, 1, -inf]],
    ['tanh', [-inf, 0, inf], [-1, 0, 1]],
    ['atanh', [1, 2], [inf, nan]],
  ])('%s of special values', (name, x, expected) => {
    expect(runKernel(name, [array('float64', x)])).toEqual(expected)
  })

  it.each([
    ['isNan', [0, 0, 1]],
    ['isFinite', [1, 0, 0]],
  ])('%s', (name, expected) => {
    expect(runKernel(name, [array('float32', [1, inf, nan])], null, { dtype: 'bool' })).toEqual(expected)
  })

  it.each([
    ['div', [1, -1, 0], [0, 0, 0], [inf, -inf, nan]],
    ['maximum', [nan, 1, -inf], [1, nan, 3], [nan, nan, 3]],
    ['minimum', [nan, 1, inf], [1, nan, 3], [nan, nan, 3]],
    ['mod', [7, -7, 7, -7, -1, 1], [3, 3, -3, -3, inf, 0], [1, 2, -2, -1, inf, nan]],
    ['pow', [nan, 1, 1, -1, -8, 0, 2], [0, nan, inf, -inf, 1 / 3, -1, 0.5], [1, 1, 1, 1, nan, inf, Math.SQRT2]],
    ['atan2', [1, -0], [0, -1], [Math.PI / 2, -Math.PI]],
  ])('%s of special values', (name, a, b, expected) => {
    expect(runKernel(name, [array('float64', a), array('float64', b)])).toEqual(expected)
  })

  it.each([
    ['equal', [1, 0, 0, 0]],
    ['notEqual', [0, 1, 1, 1]],
    ['less', [0, 1, 0, 0]],
    ['lessEqual', [1, 1, 0, 0]],
    ['greater', [0, 0, 1, 0]],
    ['greaterEqual', [1, 0, 1, 0]],
  ])('%s, false with NaN unless it asks for difference', (name, expected) => {
    const inputs = [array('float32', [0, 1, 3, nan]), array('float32', [-0, 2, 2, nan])]
    expect(runKernel(name, inputs, null, { dtype: 'bool' })).toEqual(expected)
  })

  it.each([
    ['add', [2147483647, -2147483648], [1, -1], [-2147483648, 2147483647]],
    ['sub', [-2147483648], [1], [2147483647]],
    ['mul', [123456789, -2147483648], [987654321, -1], [-67153019, -2147483648]],
    ['div', [7, -7, 7, 5, 0, -2147483648], [2, 2, -2, 0, 0, -1], [3, -3, -3, 0, 0, -2147483648]],
    ['mod', [7, -7, 7, -7, 5], [3, 3, -3, -3, 0], [1, 2, -2, -1, 0]],
    ['bitwiseAnd', [-1, 6], [3, 3], [3, 2]],
    ['bitwiseOr', [4], [3], [7]],
    ['bitwiseXor', [-1], [1], [-2]],
    ['shiftLeft', [1, 1, 3], [31, 32, 1], [-2147483648, 0, 6]],
    ['shiftRight', [-8, -8, 8, 8], [1, 32, 1, 40], [-4, -1, 4, 0]],
  ])('%s of int32', (name, a, b, expected) => {
    expect(runKernel(name, [array('int32', a), array('int32', b)])).toEqual(expected)
  })

  it.each([
    ['add', [4294967295], [2], [1]],
    ['sub', [0], [1], [4294967295]],
    ['mul', [4294967295, 123456789], [4294967295, 987654321], [1, 4227814277]],
    ['div', [4294967295, 1], [2, 0], [2147483647, 0]],
    ['mod', [4294967295, 1], [10, 0], [5, 0]],
    ['shiftLeft', [1, 1], [31, 4294967295], [2147483648, 0]],
    ['shiftRight', [4294967288, 4294967288], [1, 32], [2147483644, 0]],
    ['maximum', [4294967295], [1], [4294967295]],
  ])('%s of uint32', (name, a, b, expected) => {
    expect(runKernel(name, [array('uint32', a), array('uint32', b)])).toEqual(expected)
  })

  it('wraps unary ops of integers', () => {
    expect(runKernel('neg', [array('uint32', [1])])).toEqual([4294967295])
    expect(runKernel('abs', [array('int32', [-2147483648, -3])])).toEqual([-2147483648, 3])
    expect(runKernel('bitwiseNot', [array('int32', [0, 5])])).toEqual([-1, -6])
    expect(runKernel('bitwiseNot', [array('uint32', [0])])).toEqual([4294967295])
  })

  it('computes with bools', () => {
    const inputs = [array('bool', [0, 0, 1, 1]), array('bool', [0, 1, 0, 1])]
    expect(runKernel('logicalAnd', inputs)).toEqual([0, 0, 0, 1])
    expect(runKernel('logicalOr', inputs)).toEqual([0, 1, 1, 1])
    expect(runKernel('logicalXor', inputs)).toEqual([0, 1, 1, 0])
    expect(runKernel('less', inputs)).toEqual([0, 1, 0, 0])
    expect(runKernel('logicalNot', inputs)).toEqual([1, 1, 0, 0])
  })

  it('casts by truncating and saturating', () => {
    const x = array('float64', [1.9, -1.9, 3e9, -3e9, 1e300, nan, inf, -inf, -0.5])
    expect(runKernel('cast', [x], null, { dtype: 'int32' })).toEqual([
      1, -1, 2147483647, -2147483648, 2147483647, 0, 2147483647, -2147483648, 0,
    ])
    expect(runKernel('cast', [x], null, { dtype: 'uint32' })).toEqual([
      1, 0, 3000000000, 0, 4294967295, 0, 4294967295, 0, 0,
    ])
    expect(runKernel('cast', [x], null, { dtype: 'bool' })).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1])
    expect(runKernel('cast', [array('float64', [0.1, -0])], null, { dtype: 'float32' })).toEqual([Math.fround(0.1), -0])
    expect(runKernel('cast', [array('int32', [-1, 7])], null, { dtype: 'uint32' })).toEqual([4294967295, 7])
    expect(runKernel('cast', [array('int32', [256, 0])], null, { dtype: 'bool' })).toEqual([1, 0])
    expect(runKernel('cast', [array('bool', [1, 0])], null, { dtype: 'float32' })).toEqual([1, 0])
  })

  it('selects with where, and does not let an unused NaN through', () => {
    const inputs = [array('bool', [1, 0]), array('float32', [1, nan]), array('float32', [nan, 4])]
    expect(runKernel('where', inputs, null, { dtype: 'float32' })).toEqual([1, 4])
  })

  it('may overwrite an input', () => {
    const table = kernels()
    for (const name of ['add', 'sub', 'mul', 'div', 'maximum', 'pow', 'mod']) {
      const expected = runKernel(name, [array('float32', [1.5, 2, -3]), array('float32', [2, 3, 2])])
      const a = array('float32', [1.5, 2, -3])
      table[name](a, [a, array('float32', [2, 3, 2])], null as never)
      expect([...a.data]).toEqual(expected)
    }
  })

  it('rounds float32 results once', () => {
    const third = Math.fround(1 / 3)
    expect(runKernel('add', [array('float32', [third]), array('float32', [1])])).toEqual([Math.fround(third + 1)])
    expect(runKernel('exp', [array('float32', [1])])).toEqual([Math.fround(Math.E)])
  })
})
