// A program that imports every entry of the packages, so that all declarations are checked with the strictest options.
import * as autograd from '@gradus/autograd'
import * as cpu from '@gradus/backend-cpu'
import * as wasm from '@gradus/backend-wasm'
import * as format from '@gradus/callbacks/format'
import * as core from '@gradus/core'
import * as coreFiles from '@gradus/core/files'
import * as graph from '@gradus/graph'
import * as graphInternals from '@gradus/graph/internals'
import * as modelFiles from '@gradus/io/model-files'
import * as schedule from '@gradus/schedule'
import * as internals from '@gradus/tensor/internals'
import * as lowering from '@gradus/tensor/lowering'
import * as numeric from '@gradus/tensor/numeric'
import * as samples from '@gradus/tensor/samples'
import * as testing from '@gradus/testing'
import {
  Adam,
  compile,
  Dense,
  type FitOptions,
  grad,
  input,
  Layer,
  Metric,
  Model,
  type Rng,
  readCsv,
  type Scope,
  Sequential,
  type Shape,
  type Tensor,
  tensor,
  zeros,
} from 'gradus'
import * as activations from 'gradus/activations'
import * as callbacks from 'gradus/callbacks'
import * as constraints from 'gradus/constraints'
import * as data from 'gradus/data'
import * as initializers from 'gradus/initializers'
import * as io from 'gradus/io'
import * as layers from 'gradus/layers'
import * as losses from 'gradus/losses'
import * as metrics from 'gradus/metrics'
import { matmul, max, maximum, mul, sum } from 'gradus/ops'
import * as optimizers from 'gradus/optimizers'
import * as regularizers from 'gradus/regularizers'
import * as schedules from 'gradus/schedules'

export const everything = [
  ...[autograd, cpu, wasm, format, core, coreFiles, graph, graphInternals, modelFiles, schedule],
  ...[internals, lowering, numeric, samples, testing],
  ...[activations, callbacks, constraints, data, initializers, io, layers, losses, metrics],
  ...[optimizers, regularizers, schedules],
]

interface Params {
  w: Tensor
}

class Linear extends Layer<object, Params> {
  static readonly type = 'acme/Linear'
  override init(_rng: Rng, shape: Shape): Params {
    return { w: zeros([shape[shape.length - 1] ?? 1, 2]) }
  }
  apply(x: Tensor, { params }: Scope<this>): Tensor {
    return matmul(x, params.w)
  }
}

class Largest extends Metric<object, Params> {
  static readonly type = 'acme/Largest'
  init(): Params {
    return { w: zeros([]) }
  }
  update({ w }: Params, target: Tensor): Params {
    return { w: maximum(w, max(target)) }
  }
  result({ w }: Params): Tensor {
    return w
  }
}

const model = new Sequential([new Dense({ units: 2, inputShape: [3], activation: 'relu' }), new Linear()], { seed: 1 })
model.compile({ optimizer: new Adam({ learningRate: 0.1 }), loss: 'mse', metrics: ['mae', new Largest()] })
const options: FitOptions = { epochs: 2, verbose: 0 }
const { history } = await model.fit([[1, 2, 3]], [[1, 2]], options)
export const figures: readonly number[] | undefined = history['loss']

const x = input({ shape: [3] })
export const text: string = new Model({ inputs: x, outputs: new Dense({ units: 1 }).call(x) }).summary({ print: false })

const step = compile((params: Params, y: Tensor) => grad((at: Params) => sum(mul(at.w, y)))(params))
export const gradient: Params = step({ w: tensor([1]) }, tensor([2]))

const table = await readCsv('a\n1\n', { columns: { a: 'number' } })
export const column: ArrayLike<number> = table.columns.a.data
export const blob = new Blob([io.encodeSafetensors([])])
