import { Optimizer, type StepContext } from '@gradus/core'
import { add, cast, div, mul, sqrt, square, sub, type Tensor, zerosLike } from '@gradus/tensor'
import { expect, it } from 'vitest'
import { runChecks } from '../check.ts'
import type { Source } from '../configured-source.ts'
import { testOptimizer } from '../suites.ts'
import { type OptimizerCheckOptions, optimizerChecks } from './optimizer-checks.ts'

type Slots = Readonly<Record<string, Tensor>>

class Momentum extends Optimizer<{ readonly momentum?: number }> {
  static readonly type: string = 'acme/Momentum'
  static override readonly fields = { momentum: 'number' } as const

  protected override slots(param: Tensor): Record<string, Tensor> {
    return { velocity: zerosLike(param) }
  }

  protected step(param: Tensor, gradient: Tensor, { velocity }: Slots, { learningRate }: StepContext): [Tensor, Slots] {
    const next = sub(mul(velocity!, this.config.momentum ?? 0), mul(gradient, learningRate))
    return [add(param, next), { velocity: next }]
  }
}

testOptimizer(Momentum, { expectedSlots: ['velocity'] })
testOptimizer(Momentum, { config: { momentum: 0.5, clipNorm: 1 }, learningRate: 0.05 })

async function failures(optimizer: Source<Optimizer>, options: OptimizerCheckOptions = {}): Promise<string[]> {
  const outcomes = await runChecks(optimizerChecks(optimizer, options))
  return outcomes.filter(({ status }) => status === 'failed').map(({ name }) => name)
}

class Ascent extends Momentum {
  static override readonly type = 'acme/Ascent'

  protected override step(
    param: Tensor,
    gradient: Tensor,
    slots: Slots,
    { learningRate }: StepContext,
  ): [Tensor, Slots] {
    return [add(param, mul(gradient, mul(learningRate, 0.01))), slots]
  }
}

class Unguarded extends Momentum {
  static override readonly type = 'acme/Unguarded'

  protected override step(
    param: Tensor,
    gradient: Tensor,
    { velocity }: Slots,
    { learningRate }: StepContext,
  ): [Tensor, Slots] {
    const next = add(velocity!, square(gradient))
    return [sub(param, div(mul(gradient, learningRate), sqrt(next))), { velocity: next }]
  }
}

class Growing extends Momentum {
  static override readonly type = 'acme/Growing'

  protected override step(
    param: Tensor,
    gradient: Tensor,
    slots: Slots,
    { learningRate }: StepContext,
  ): [Tensor, Slots] {
    return [sub(param, mul(gradient, learningRate)), { velocity: cast(slots['velocity']!, 'float64') }]
  }
}

it('finds steps in the wrong direction', async () => {
  expect(await failures(Ascent)).toEqual([
    'converges in a quadratic bowl, compiled, in constant memory',
    'reduces the loss along a curved valley',
  ])
})

it('finds a division by zero', async () => {
  expect(await failures(Unguarded)).toContain('zero gradients leave finite values')
})

it('finds state that changes its form', async () => {
  expect(await failures(Growing)).toContain('keeps its inputs and the form of its state')
})

it('finds missing slots', async () => {
  expect(await failures(Momentum, { expectedSlots: ['velocity', 'mean'] })).toEqual([
    'keeps its inputs and the form of its state',
  ])
})
