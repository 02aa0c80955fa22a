import { cpu } from '@gradus/backend-cpu'
import { tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Dense } from '../core/dense.ts'
import { L1 } from './l1.ts'
import { L1L2 } from './l1l2.ts'
import { L2 } from './l2.ts'
import { OrthogonalRegularizer } from './orthogonal-regularizer.ts'

await useBackend(cpu())

describe('regularizers', () => {
  it("have Keras's defaults", () => {
    const x = tensor([3, -4])
    expect(new L1().loss(x).item()).toBeCloseTo(0.07)
    expect(new L2().loss(x).item()).toBeCloseTo(0.25)
    expect(new L1L2().loss(x).item()).toBe(0)
  })

  it('compares columns as well as rows', () => {
    const x = tensor([
      [1, 1],
      [0, 1],
      [0, 0],
    ])
    expect(new OrthogonalRegularizer({ factor: 1, mode: 'columns' }).loss(x).item()).toBeCloseTo(Math.SQRT1_2)
    expect(() => new OrthogonalRegularizer().loss(tensor([1]))).toThrow('works on matrices and got shape [1]')
  })

  it('are found by names in any spelling, with suggestions', () => {
    const of = (name: string) => new Dense({ units: 1, kernelRegularizer: name as 'l2' }).options.kernelRegularizer
    expect(of('L2')).toBeInstanceOf(L2)
    expect(of('l1_l2')).toBeInstanceOf(L1L2)
    expect(() => of('ll2')).toThrow("there is no regularizer called 'll2'. Did you mean")
    expect(() => new L2({ l2: -1 })).toThrow("L2: 'l2' must be a number at least 0 and finite and is -1.")
    expect(() => new L2({ l2: Number.POSITIVE_INFINITY })).toThrow('and is Infinity.')
    expect(() => new L1({ l1: Number.NaN })).toThrow('and is NaN.')
  })
})
