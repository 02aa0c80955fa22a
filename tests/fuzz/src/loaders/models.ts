import type { LayerSpec, ModelSpec } from '@gradus/core'
import { fromSpec, type Model } from 'gradus'
import { compileFromKeras, fromKeras } from 'gradus/io'
import { loader } from '../loader.ts'
import { jsonCases } from '../mutate-json.ts'
import { goodSpecs, kerasModels } from './good-specs.ts'

/** Makes the weights of a model that knows the shape of its input. */
function built(model: Model): Model {
  if (model.network || model.knownShape) model.build()
  return model
}

export const specs = loader({
  name: 'specs of models',
  covers: ['fromSpec'],
  cases: jsonCases(goodSpecs),
  read: (spec) => built(fromSpec(spec as ModelSpec)).toSpec(),
})

export const keras = loader({
  name: 'models of Keras',
  covers: ['fromKeras'],
  cases: jsonCases(kerasModels()),
  read: (saved) => built(fromSpec(fromKeras(saved) as ModelSpec | LayerSpec)).toSpec(),
})

export const compiled = loader({
  name: 'compile options of Keras',
  covers: ['compileFromKeras'],
  cases: jsonCases([
    ...kerasModels().slice(0, 3),
    {
      compile_config: {
        optimizer: { module: 'keras.optimizers', class_name: 'Adam', config: { learning_rate: 0.01, beta_1: 0.9 } },
        loss: { a: 'mse', b: { module: 'keras.losses', class_name: 'Huber', config: { delta: 1 } } },
        loss_weights: [1, 2],
        metrics: [['accuracy'], null],
      },
    },
  ]),
  read: (saved) => compileFromKeras(saved),
})
