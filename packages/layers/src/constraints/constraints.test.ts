import { cpu } from '@gradus/backend-cpu'
import { tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Dense } from '../core/dense.ts'
import { MaxNorm } from './max-norm.ts'
import { MinMaxNorm } from './min-max-norm.ts'
import { NonNeg } from './non-neg.ts'
import { UnitNorm } from './unit-norm.ts'

await useBackend(cpu())

describe('constraints', () => {
  it('do not change vectors of zeros', () => {
    for (const constraint of [new MaxNorm(), new MinMaxNorm({ minValue: 1 }), new NonNeg(), new UnitNorm()]) {
      expect(constraint.project(tensor([[0], [0]])).array(), constraint.type).toEqual([[0], [0]])
    }
  })

  it('take norms over several axes', () => {
    const x = tensor([
      [
        [3, 1],
        [0, 2],
      ],
      [
        [4, 2],
        [0, 4],
      ],
    ])
    const values = [...new UnitNorm({ axis: [0, 1] }).project(x).dataSync()]
    expect(values[0]).toBeCloseTo(0.6)
    expect(values[1]).toBeCloseTo(0.2)
  })

  it('go part of the way with a rate', () => {
    const values = [...new MinMaxNorm({ maxValue: 1, rate: 0.5 }).project(tensor([[3], [4]])).dataSync()]
    // from norm 5 half of the way to 1
    expect(Math.hypot(...values)).toBeCloseTo(3, 5)
  })

  it('are found by names in any spelling, with suggestions', () => {
    const of = (name: string) => new Dense({ units: 1, kernelConstraint: name as 'nonNeg' }).options.kernelConstraint
    expect(of('non_neg')).toBeInstanceOf(NonNeg)
    expect(of('nonNeg')).toBeInstanceOf(NonNeg)
    expect(() => of('maxnrm')).toThrow(
      "Dense: kernelConstraint: there is no constraint called 'maxnrm'. Did you mean 'MaxNorm'?",
    )
  })
})
