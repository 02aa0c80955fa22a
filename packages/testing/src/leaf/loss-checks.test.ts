import { customGradient } from '@gradus/autograd'
import { Loss } from '@gradus/core'
import { log, mean, mul, neg, square, sub, sum, type Tensor } from '@gradus/tensor'
import { expect, it } from 'vitest'
import { runChecks } from '../check.ts'
import type { Source } from '../configured-source.ts'
import { testLoss } from '../suites.ts'
import { type LossCheckOptions, lossChecks } from './loss-checks.ts'

class Squared extends Loss<{ readonly factor?: number }> {
  static readonly type: string = 'acme/Squared'
  static override readonly fields = { factor: 'number' } as const

  compute(target: Tensor, prediction: Tensor): Tensor {
    return mul(mean(square(sub(prediction, target)), { axis: -1 }), this.config.factor ?? 1)
  }
}

const target = [
  [1, 2],
  [3, 4],
  [5, 6],
]
const prediction = [
  [1, 1],
  [5, 4],
  [5, 9],
]

// ((0 + 1) / 2 + (4 + 0) / 2 + (0 + 9) / 2) / 3 = 7 / 3
testLoss(Squared, { target, prediction, expected: 7 / 3, extremes: [-1e6, 1e6] })
testLoss(() => new Squared({ factor: 3, reduction: 'sum' }), { target, prediction, expected: 21 })

async function failures(loss: Source<Loss>, options: Partial<LossCheckOptions> = {}): Promise<Record<string, string>> {
  const outcomes = await runChecks(lossChecks(loss, { target, prediction, ...options }))
  return Object.fromEntries(
    outcomes.filter(({ status }) => status === 'failed').map(({ name, detail }) => [name, detail!]),
  )
}

class Whole extends Squared {
  static override readonly type = 'acme/Whole'

  override compute(target: Tensor, prediction: Tensor): Tensor {
    return square(sub(prediction, target))
  }
}

class Logarithm extends Squared {
  static override readonly type = 'acme/Logarithm'

  override compute(_target: Tensor, prediction: Tensor): Tensor {
    return neg(sum(log(prediction), { axis: -1 }))
  }
}

class Halved extends Squared {
  static override readonly type = 'acme/Halved'

  override compute(target: Tensor, prediction: Tensor): Tensor {
    const f = customGradient((x: Tensor) => ({ value: square(x), gradient: (ct: Tensor) => [mul(ct, x)] }))
    return sum(f(sub(prediction, target)), { axis: -1 })
  }
}

class Doubled extends Squared {
  static override readonly type = 'acme/Doubled'

  override call(target: Tensor, prediction: Tensor, options = {}): Tensor {
    const loss = super.call(target, prediction, options)
    return this.config.reduction === 'sum' ? mul(loss, 2) : loss
  }
}

it('finds a wrong shape and a wrong value', async () => {
  expect(await failures(Whole)).toHaveProperty(
    'has the expected value and shape',
    expect.stringContaining('[3, 2] and [3] was expected'),
  )
  expect(await failures(Squared, { expected: 2 })).toHaveProperty(
    'has the expected value and shape',
    expect.stringContaining('instead of 2'),
  )
})

it('finds a wrong derivative', async () => {
  expect(Object.keys(await failures(Halved))).toEqual(['the gradient agrees with finite differences'])
})

it('finds infinities at extreme predictions', async () => {
  expect(await failures(Logarithm)).toEqual({
    'stays finite at extreme predictions': 'acme/Logarithm: the loss is Infinity at predictions of 0 and 1.',
  })
})

it('finds inconsistent reductions', async () => {
  expect(await failures(Doubled)).toHaveProperty('reductions agree with each other')
})
