// A subclass that overrides computeLoss, as in Keras.
import { cpu } from '@gradus/backend-cpu'
import { DivergenceError, type Scope } from '@gradus/core'
import { Dense } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { MeanAbsoluteError } from '@gradus/metrics'
import { SGD } from '@gradus/optimizers'
import { abs, add, mean, mul, sub, type Tensor, useBackend } from '@gradus/tensor'
import { expect, it } from 'vitest'
import { startAll } from '../../../../tests/backends.ts'
import type { LossArguments } from '../step/index.ts'
import { Model } from './model.ts'
import { Sequential } from './sequential.ts'

const layers = () => [new Dense({ units: 1, kernelInitializer: 'zeros', inputShape: [1] })]

class Twice extends Sequential {
  override computeLoss(args: LossArguments): Tensor {
    return mul(2, super.computeLoss(args))
  }
}

class Weighted extends Model {
  readonly dense = new Dense({ units: 1, kernelInitializer: 'zeros' })
  override apply(x: Tensor, scope: Scope<this>): Tensor {
    scope.addLoss(mean(x))
    return this.dense.call(x)
  }
  override computeLoss({ x, y, yPred, sampleWeight }: LossArguments): Tensor {
    return add(mean(mul(abs(sub(y!, yPred)), sampleWeight as Tensor)), mul(0, mean(x!)))
  }
}

for (const { name, backend } of await startAll()) {
  it.skipIf(!backend).each([true, false])(`in training and evaluation, ${name}, jit %s`, async (jit) => {
    useBackend(backend!)
    const model = new Twice(layers())
    const metrics = [new MeanAbsoluteError({ name: 'mae' })]
    model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: new MeanSquaredError(), metrics, jit })
    expect(await model.evaluate([[1]], [3], { verbose: 0 })).toEqual({ loss: 18, mae: 3 })
    const { history } = await model.fit([[1]], [3], { verbose: 0 })
    expect(history).toEqual({ loss: [18], mae: [3] })
    const [kernel] = await model.getWeights()
    expect(kernel!.data[0]).toBeCloseTo(1.2, 5) // 2 * 2 * 3 * 0.1
  })

  it.skipIf(!backend)(`without a loss in compile, with the losses of layers, ${name}`, async () => {
    useBackend(backend!)
    const model = new Weighted()
    model.compile({ optimizer: new SGD({ learningRate: 0 }), metrics: [new MeanAbsoluteError({ name: 'mae' })] })
    const figures = await model.evaluate([[2], [4]], [[1], [3]], { verbose: 0, sampleWeight: [1, 3] })
    expect(figures).toEqual({ loss: 3 + (1 + 3 + 3 + 9) / 4, mae: 2 })
  })
}

it('is called in steps only, and methods that nothing calls are refused', async () => {
  const options = { optimizer: new SGD(), loss: new MeanSquaredError() }
  expect(() => new Twice(layers()).computeLoss({ yPred: undefined as never })).toThrow('outside a step')
  class Snake extends Sequential {
    train_step() {}
  }
  expect(() => new Snake(layers()).compile(options)).toThrow(
    'The class Snake has a method train_step, which nothing calls. Write trainStep(batch, step).',
  )
})

it('is called again to explain a loss that is not finite', async () => {
  useBackend(cpu())
  const model = new Twice(layers())
  model.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
  await expect(model.fit([[1]], [3e38], { verbose: 0 })).rejects.toBeInstanceOf(DivergenceError)
})
