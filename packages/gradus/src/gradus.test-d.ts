import { describe, expectTypeOf, it } from 'vitest'
import {
  Adam,
  Dense,
  defineConfig,
  Layer,
  type NamesOf,
  Optimizer,
  Sequential,
  standard,
  type Tensor,
  type TrainConfig,
} from './index.ts'

const data = { train: 'a.csv', inputs: ['x'], target: 'y' }
const model = { model: 'Sequential', layers: [{ layer: 'Dense', units: 2 }] } as const

describe('names of the standard classes', () => {
  it('compile in every spelling that is understood', () => {
    expectTypeOf<
      'sparseCategoricalCrossentropy' | 'SparseCategoricalCrossentropy' | 'sparse_categorical_crossentropy'
    >().toExtend<NamesOf<'loss'>>()
    expectTypeOf<'adam' | 'adamw' | 'AdamW' | 'rmsprop' | 'sgd'>().toExtend<NamesOf<'optimizer'>>()
    expectTypeOf<'mse' | 'mean_squared_error'>().toExtend<NamesOf<'loss'>>()
    expectTypeOf<'adma'>().not.toExtend<NamesOf<'optimizer'>>()
  })

  it('are what compile takes', () => {
    const net = new Sequential([new Dense({ units: 2 })])
    net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] })
    net.compile({ optimizer: new Adam(), loss: 'mse' })
    // @ts-expect-error misspelt
    net.compile({ optimizer: 'adma', loss: 'mse' })
    // @ts-expect-error misspelt
    net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropi' })
    // @ts-expect-error misspelt
    net.compile({ optimizer: 'adam', loss: 'mse', metrics: ['acuracy'] })
  })

  it('may have options', () => {
    const net = new Sequential([new Dense({ units: 2 })])
    const optimizer = { optimizer: 'Adam', learningRate: 0.1 } as const
    net.compile({ optimizer, loss: { loss: 'BinaryCrossentropy', fromLogits: true } })
    net.compile({ optimizer, loss: 'mse', metrics: [{ metric: 'BinaryAccuracy', threshold: 0.1 }, 'mae'] })
    net.compile({
      optimizer,
      loss: { a: 'mse', b: { loss: 'bce', fromLogits: true } },
      metrics: { a: ['mae'], b: 'mse' },
    })
    // @ts-expect-error misspelt
    net.compile({ optimizer, loss: { loss: 'BinaryCrosentropy', fromLogits: true } })
    // @ts-expect-error misspelt
    net.compile({ optimizer: { optimizer: 'Adma', learningRate: 0.1 }, loss: 'mse' })
    // @ts-expect-error misspelt
    net.compile({ optimizer, loss: 'mse', metrics: [{ metric: 'BinaryAcuracy', threshold: 0.1 }] })
    // @ts-expect-error misspelt
    net.compile({ optimizer, loss: { a: 'mse', b: 'msee' } })
  })

  it('may be those of a registry', () => {
    const net = new Sequential([new Dense({ units: 2 })])
    const registry = standard.with()
    net.compile({ optimizer: 'acme/Sgd', loss: 'acme/Loss', metrics: ['acme/Metric', 'mae'], registry })
    net.compile({
      optimizer: { optimizer: 'acme/Sgd', learningRate: 0.1 },
      loss: { loss: 'acme/Loss', epsilon: 0.1 },
      metrics: [{ metric: 'acme/Metric' }],
      registry,
    })
    // @ts-expect-error not the name of an optimizer
    net.compile({ optimizer: 3, loss: 'mse', registry })
    // @ts-expect-error misspelt
    net.compile({ optimizer: 'adam', los: 'mse', registry })
  })
})

describe('defineConfig', () => {
  it('takes names, specs and instances', () => {
    const config = defineConfig({
      data,
      model,
      optimizer: { optimizer: 'Adam', learningRate: 1e-3 },
      loss: 'mse',
      metrics: ['accuracy'],
      callbacks: [{ callback: 'EarlyStopping', patience: 2 }],
    })
    expectTypeOf(config).toExtend<TrainConfig>()
    defineConfig({
      data,
      model: { model: 'Sequential', layers: [new Dense({ units: 2 })] },
      optimizer: new Adam(),
      loss: 'mse',
    })
    defineConfig({ data: { ...data, inputs: { age: { scale: [13, 100] } } }, model, optimizer: 'adam', loss: 'mse' })
    defineConfig({
      data,
      model: {
        model: 'Sequential',
        layers: [{ layer: 'Dense', units: 2, kernelInitializer: { initializer: 'HeNormal', seed: 1 } }],
      },
      optimizer: {
        optimizer: 'SGD',
        learningRate: { schedule: 'ExponentialDecay', initialLearningRate: 1, decaySteps: 1, decayRate: 1 },
      },
      loss: 'mse',
    })
  })

  it('takes names and instances of own classes', () => {
    class Swish extends Layer<{ beta?: number }> {
      static readonly type = 'acme/Swish'
      apply(x: Tensor) {
        return x
      }
    }
    class Descent extends Optimizer {
      static readonly type = 'acme/Descent'
      protected override slots() {
        return {}
      }
      protected step(param: Tensor) {
        return [param, {}] as const
      }
    }
    const layers = [new Swish({ beta: 1 }), { layer: 'acme/Swish', beta: 1 }, new Dense({ units: 2 })] as const
    defineConfig({ data, model: { model: 'Sequential', layers }, optimizer: new Descent(), loss: 'acme/Loss' })
    defineConfig({
      ...{ data, plugins: ['./my-layer.ts', Swish], model: new Sequential([new Swish(), new Dense({ units: 2 })]) },
      ...{ optimizer: { optimizer: 'acme/Descent' }, metrics: ['acme/Metric', 'mae'], callbacks: ['acme/Halve'] },
    })
    // @ts-expect-error no plug-in has names without a slash
    defineConfig({ data, optimizer: { optimizer: 'descent' } })
  })

  it('refuses misspelt names and keys at any depth', () => {
    defineConfig({
      data,
      // @ts-expect-error unknown layer
      model: { model: 'Sequential', layers: [{ layer: 'Dens', units: 2 }] },
      optimizer: 'adam',
      loss: 'mse',
    })
    defineConfig({
      data,
      // @ts-expect-error misspelt option of a layer
      model: { model: 'Sequential', layers: [{ layer: 'Dense', units: 2, activatoin: 'relu' }] },
      optimizer: 'adam',
      loss: 'mse',
    })
    defineConfig({
      data,
      // @ts-expect-error misspelt activation
      model: { model: 'Sequential', layers: [{ layer: 'Dense', units: 2, activation: 'rleu' }] },
      optimizer: 'adam',
      loss: 'mse',
    })
    // @ts-expect-error misspelt option of an optimizer
    defineConfig({ data, model, optimizer: { optimizer: 'Adam', learningRat: 1 }, loss: 'mse' })
    // @ts-expect-error misspelt key of the config
    defineConfig({ data, model, optimizer: 'adam', loss: 'mse', epochs: 3 })
    // @ts-expect-error misspelt key of the data
    defineConfig({ data: { train: 'a.csv', inputs: ['x'], taget: 'y' }, model, optimizer: 'adam', loss: 'mse' })
  })
})
