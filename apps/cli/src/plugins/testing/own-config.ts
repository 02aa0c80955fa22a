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
