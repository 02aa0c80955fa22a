import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../backend.ts'
import type { Tensor } from '../tensor.ts'
import { gelu, relu, relu6, silu, softplus } from './activation.ts'
import { sum } from './broadcast.ts'
import { clip, nanToNum } from './clip.ts'
import { tensor } from './create.ts'
import { erf, erfc, erfInv } from './error-function.ts'
import { exp2, log2, log10, pow, reciprocal, square } from './exponential.ts'
import { logAddExp } from './log-sum-exp.ts'
import { isFinite as finite, isInf, isNan, logicalAnd, shiftRight } from './logical.ts'
import { abs, floor, floorDivide, mod, remainder, round } from './rounding.ts'
import { sigmoid } from './sigmoid.ts'
import { atan2, tanh } from './trigonometric.ts'

beforeAll(async () => {
  await useBackend(cpu())
})

const nan = Number.NaN
const inf = Number.POSITIVE_INFINITY
const f64 = (values: number | number[]) => tensor(values, { dtype: 'float64' })
const i32 = (values: number[]) => tensor(values, { dtype: 'int32' })
const slope = (f: (x: Tensor) => Tensor) => (x: Tensor) => grad((y: Tensor) => sum(f(y)))(x)

function expectClose(actual: Tensor, expected: number[], tolerance = 1e-14): void {
  const values = [...actual.dataSync()]
  expect(values.length).toBe(expected.length)
  values.forEach((value, index) => {
    const wanted = expected[index]!
    if (Number.isFinite(wanted))
      expect(Math.abs(value - wanted) / Math.max(1, Math.abs(wanted))).toBeLessThan(tolerance)
    else expect(value).toBe(wanted)
  })
}

describe('exponentials', () => {
  it('raises to powers', () => {
    expect(pow(tensor([2, 3]), 2).array()).toEqual([4, 9])
    expect(pow(2, tensor([3, -1])).array()).toEqual([8, 0.5])
    expect(exp2(tensor([10, -2])).array()).toEqual([1024, 0.25])
    expect(square(i32([-3])).array()).toEqual([9])
    expect(reciprocal(tensor([4])).array()).toEqual([0.25])
    expectClose(log2(f64([8, 0.5])), [3, -1])
    expectClose(log10(f64([1000])), [3])
  })

  it('gives powers a gradient at 0', () => {
    const byBase = (e: number) => slope((x) => pow(x, f64([e])))(f64([0])).array()
    expect([byBase(0), byBase(1), byBase(3)]).toEqual([[0], [1], [0]])
    expect(slope(slope((x) => pow(x, f64([2.5 - 0.5]))))(f64([0])).array()).toEqual([2])
    expect(slope((e) => pow(f64([0, 0, 2]), e))(f64([0, 2, 1])).array()).toEqual([0, 0, 2 * Math.log(2)])
    // d2/dx de of x^e at e = 0 is 1 / x
    expectClose(slope((e) => slope((x) => pow(x, e))(f64([4])))(f64([0])), [0.25])
  })

  it('adds in log space without overflow', () => {
    expectClose(logAddExp(f64([1000, -inf, inf]), f64([1000, -inf, inf])), [1000 + Math.LN2, -inf, inf])
    const half = (x: number) => slope((a) => logAddExp(a, f64([x])))(f64([x])).array()
    expect([half(3), half(inf), half(-inf)]).toEqual([[0.5], [0.5], [0.5]])
    // the second derivative at a tie is s (1 - s) = 1/4
    expect(slope(slope((a) => logAddExp(a, f64([3]))))(f64([3])).array()).toEqual([0.25])
  })
})

describe('rounding', () => {
  it('rounds halves to even and leaves integers alone', () => {
    expect(round(tensor([0.5, 1.5, 2.5, -0.5])).array()).toEqual([0, 2, 2, -0])
    const whole = i32([3])
    expect(floor(whole)).toBe(whole)
    expect(() => floor(tensor([true]))).toThrow('floor needs a float tensor and got bool')
  })

  it('divides with three kinds of rest', () => {
    const a = [7, -7, 7, -7]
    const b = [3, 3, -3, -3]
    for (const make of [tensor, i32]) {
      expect(mod(make(a), make(b)).array()).toEqual([1, 2, -2, -1])
      expect(remainder(make(a), make(b)).array()).toEqual([1, -1, 1, -1])
      expect(floorDivide(make(a), make(b)).array()).toEqual([2, -3, -3, 2])
    }
    for (const rest of [mod, remainder, floorDivide]) expect(rest(i32([5]), 0).array()).toEqual([0])
  })

  it('has gradients of rests', () => {
    expect(slope((x) => remainder(x, 3))(f64([7, -7, 0])).array()).toEqual([1, 1, 1])
    expect(slope((b) => mod(f64([7]), b))(f64([3])).array()).toEqual([-2])
    expect(slope(abs)(f64([-2, 0, 2])).array()).toEqual([-1, 0, 1])
  })
})

describe('error functions', () => {
  // values: math.erf and math.erfc of Python; those of erfInv were put back into math.erf
  it('are accurate', () => {
    expectClose(erf(f64([0.5, 1, -2])), [0.5204998778130465, 0.8427007929497149, -0.9953222650189527])
    expectClose(erfc(f64([1])), [0.15729920705028513])
    expectClose(
      erfInv(f64([0.1, 0.5, -0.9, 0.999])),
      [0.08885599049425769, 0.4769362762044699, -1.1630871536766743, 2.326753765513525],
    )
    expectClose(erfInv(f64([1, -1])), [inf, -inf])
    expect(erfInv(f64([1.5])).array()).toEqual([nan])
  })

  it('undo each other deep in the tails', () => {
    const x = f64([1e-10, 0.3, 0.84, 0.86, 0.99999, 1 - 2 ** -40])
    expectClose(erf(erfInv(x)), [...x.dataSync()], 1e-15)
  })
})

describe('logic', () => {
  it('recognizes special values', () => {
    const x = tensor([nan, inf, -inf, 1])
    expect(isNan(x).array()).toEqual([true, false, false, false])
    expect(isInf(x).array()).toEqual([false, true, true, false])
    expect(finite(x).array()).toEqual([false, false, false, true])
    expect(isInf(i32([1])).array()).toEqual([false])
    expect(finite(tensor([true])).array()).toEqual([true])
  })

  it('needs bools and integers', () => {
    expect(logicalAnd(tensor([true, false]), true).array()).toEqual([true, false])
    expect(() => logicalAnd(tensor([1]), tensor([1]))).toThrow('logicalAnd needs a bool tensor and got float32')
    expect(shiftRight(i32([-8, -8]), 1).array()).toEqual([-4, -4])
    expect(() => shiftRight(tensor([1]), 1)).toThrow('needs an integer tensor')
  })
})

describe('clip and its relatives', () => {
  it('clips, keeps NaN, and has gradient 1 up to the bounds', () => {
    expect(clip(tensor([-1, 0, 0.5, 1, 2, nan]), 0, 1).array()).toEqual([0, 0, 0.5, 1, 1, nan])
    expect(clip(tensor([-1, 5]), null, 1).array()).toEqual([-1, 1])
    expect(clip(i32([-1, 5]), 0, 3).array()).toEqual([0, 3])
    expect(slope((x) => clip(x, 0, 1))(f64([-1, 0, 0.5, 1, 2])).array()).toEqual([0, 1, 1, 1, 0])
    expect(() => clip(tensor([1]), 2, 1)).toThrow('the lower bound 2 is above the upper bound 1')
  })

  it('replaces NaN and infinities', () => {
    expect(nanToNum(tensor([nan, inf, -inf, 2])).array()).toEqual([0, 3.4028234663852886e38, -3.4028234663852886e38, 2])
    expect(nanToNum(f64([nan, inf, -inf]), { nan: 7, posInf: 8, negInf: 9 }).array()).toEqual([7, 8, 9])
    expect(slope((x) => nanToNum(x))(f64([nan, inf, 2])).array()).toEqual([0, 0, 1])
  })
})

describe('activations', () => {
  it('has derivative 0 at the kinks', () => {
    expect(relu(tensor([-1, 0, 2, nan])).array()).toEqual([0, 0, 2, nan])
    expect(slope(relu)(f64([-1, 0, 2])).array()).toEqual([0, 0, 1])
    expect(relu6(tensor([-1, 3, 8, nan])).array()).toEqual([0, 3, 6, nan])
    expect(slope(relu6)(f64([0, 3, 6])).array()).toEqual([0, 1, 0])
  })

  it('is stable far from 0', () => {
    expect(sigmoid(tensor([1000, -1000])).array()).toEqual([1, 0])
    expect(softplus(tensor([1000, -1000])).array()).toEqual([1000, 0])
    expect(slope(softplus)(f64([1000, -1000, 0])).array()).toEqual([1, 0, 0.5])
    expect(silu(tensor([-1000])).array()).toEqual([-0])
  })

  // values: the two formulas, computed with the math module of Python
  it('is exact or approximate gelu', () => {
    expectClose(gelu(f64([-1, 1])), [-0.15865525393145707, 0.8413447460685429])
    expectClose(gelu(f64([1]), { approximate: true }), [0.8411919906082768])
  })
})

it('measures angles in all quadrants', () => {
  const q = Math.PI / 4
  expectClose(atan2(f64([1, 1, -1, -1]), f64([1, -1, 1, -1])), [q, 3 * q, -q, -3 * q])
  expect(slope(slope(tanh))(f64([0])).array()).toEqual([-0])
})
