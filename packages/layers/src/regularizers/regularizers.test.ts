import { cpu } from '@gradus/backend-cpu'
import { tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { L1 } from './l1.ts'
import { L1L2 } from './l1l2.ts'
import { L2 } from './l2.ts'
import { OrthogonalRegularizer } from './orthogonal-regularizer.ts'
import { resolveRegularizer } from './resolve.ts'

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

  it('resolves names in any spelling and suggests', () => {
    expect(resolveRegularizer('L2' as never)).toBeInstanceOf(L2)
    expect(resolveRegularizer('l1_l2' as never)).toBeInstanceOf(L1L2)
    expect(() => resolveRegularizer('ll2' as never)).toThrow("there is no regularizer called 'll2'. Did you mean")
    expect(() => new L2({ l2: -1 })).toThrow("L2: 'l2' must be a finite number from 0 and is -1.")
  })
})
