import { type Sandbox, steps } from '../../testing/sandbox.ts'

/** A layer in TypeScript, which imports a file beside it. */
export const swish = `
import { Layer, type Tensor } from 'gradus'
import { mul, sigmoid } from 'gradus/ops'
import { factor } from './factor.ts'

export class Swish extends Layer<{ beta?: number }> {
  static readonly type = 'acme/Swish'
  static override readonly fields = { beta: { type: 'number', default: 1 } } as const
  declare readonly options: { beta: number }

  apply(x: Tensor): Tensor {
    return mul(x, sigmoid(mul(this.options.beta * factor, x)))
  }
}
`

/** An optimizer, a callback and a metric in JavaScript. */
export const training = `
import { Callback, Metric, Optimizer } from 'gradus'
import { abs, add, cast, div, mean, mul, sign, sub, zeros } from 'gradus/ops'

export class SignDescent extends Optimizer {
  static type = 'acme/SignDescent'
  slots() { return {} }
  step(param, gradient, slots, { learningRate }) {
    return [sub(param, mul(learningRate, sign(gradient))), slots]
  }
}

export class Halve extends Callback {
  static type = 'acme/Halve'
  static fields = { every: { type: 'integer', default: 2 } }
  onEpochEnd({ epoch, model }) {
    if ((epoch + 1) % this.options.every === 0) model.learningRate /= 2
  }
}

export class Largest extends Metric {
  static type = 'acme/Largest'
  init() { return { total: zeros([]), count: zeros([]) } }
  update({ total, count }, target, prediction) {
    return { total: add(total, mean(abs(prediction))), count: add(count, 1) }
  }
  result({ total, count }) { return div(total, count) }
}
`

/** Parts of layers, a schedule and a loss. */
export const parts = `
import { Constraint, type DType, Initializer, Loss, Regularizer, Schedule, type Shape, type Tensor } from 'gradus'
import { activation } from '@gradus/core'
import { abs, add, cast, clip, div, mean, mul, randomUniform, sub, sum } from 'gradus/ops'

export class Positive extends Initializer {
  static readonly type = 'acme/Positive'
  make(key: Tensor, shape: Shape, dtype: DType) { return cast(abs(randomUniform(key, shape)), dtype) }
}

export class Sparse extends Regularizer<{ rate: number }> {
  static readonly type = 'acme/Sparse'
  static override readonly fields = { rate: { type: 'number', default: 0.01 } } as const
  declare readonly options: { rate: number }
  loss(x: Tensor) { return mul(this.options.rate, sum(abs(x))) }
}

export class UnitBox extends Constraint {
  static readonly type = 'acme/UnitBox'
  project(x: Tensor) { return clip(x, 0, 1) }
}

export class InverseTime extends Schedule {
  static readonly type = 'acme/InverseTime'
  at(step: Tensor) { return div(0.1, add(1, mul(0.01, cast(step, 'float32')))) }
}

export class Absolute extends Loss {
  static readonly type = 'acme/Absolute'
  compute(target: Tensor, prediction: Tensor) { return mean(abs(sub(target, prediction)), { axis: -1 }) }
}

export const scale = activation('acme/scale', { factor: { type: 'number', default: 2 } }, (x, { factor }) => mul(x, factor))
`

/** A config that uses them. */
export const ownConfig = {
  name: 'own',
  seed: 3,
  backend: 'cpu',
  plugins: ['./my-layer.ts', './training.mjs'],
  data: { train: 'train.csv', inputs: ['x'], target: 'y' },
  model: {
    model: 'Sequential',
    layers: [
      { layer: 'Dense', units: 4 },
      { layer: 'acme/Swish', beta: 1.5 },
      { layer: 'Dense', units: 2, activation: 'softmax' },
    ],
  },
  optimizer: { optimizer: 'acme/SignDescent', learningRate: 0.02 },
  loss: 'SparseCategoricalCrossentropy',
  metrics: ['accuracy', 'acme/Largest'],
  callbacks: [{ callback: 'acme/Halve' }],
  fit: { batchSize: 8, epochs: 4, verbose: 2 },
}

/** Writes the config as `config.yaml`, its plug-ins and its data. */
export function writeOwn(sandbox: Sandbox): void {
  sandbox.write('my-layer.ts', swish)
  sandbox.write('factor.ts', 'export const factor: number = 1\n')
  sandbox.write('training.mjs', training)
  sandbox.write('train.csv', steps(64))
  sandbox.write('config.yaml', ownConfig)
}
