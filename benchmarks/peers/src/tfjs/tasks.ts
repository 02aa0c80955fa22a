import * as tf from '@tensorflow/tfjs-core'
import type { Task } from '../../../src/shared/contestant.ts'
import { generate } from '../../../src/shared/generate.ts'
import type {
  ArraySpec,
  ArticleSpec,
  ChainLink,
  ElementwiseSpec,
  MemorySpec,
  StepSpec,
} from '../../../src/shared/spec.ts'
import { networkOf } from './networks.ts'

export const upload = (spec: ArraySpec) => tf.tensor(generate(spec), spec.shape, spec.dtype)

const adam = (learningRate: number) => tf.train.adam(learningRate, 0.9, 0.999, 1e-7)

const first = async (values: tf.Tensor | tf.Tensor[]) =>
  (await (Array.isArray(values) ? values[0]! : values).data())[0]!

export function articleTask(spec: ArticleSpec, backend: string): Task {
  const { batch: batchSize, epochs, shuffle, samples, learningRate } = spec
  const model = networkOf(spec, backend)
  const weights = spec.weights.map(upload)
  const x = upload(spec.x)
  const y = tf.cast(tf.reshape(upload(spec.y), [samples, 1]), 'float32')
  const restart = () => {
    model.compile({ optimizer: adam(learningRate), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] })
    model.setWeights(weights)
  }
  restart()
  return {
    async run(count) {
      let ms = 0
      let losses: readonly number[] = []
      for (let i = 0; i < count; i++) {
        restart()
        const start = performance.now()
        const { history } = await model.fit(x, y, { batchSize, epochs, shuffle, verbose: 0, yieldEvery: 'never' })
        ms += performance.now() - start
        losses = history.loss!
      }
      return { ms, losses }
    },
    probe: () => first(model.evaluate(x, y, { batchSize: samples, verbose: 0 })),
    close: () => model.dispose(),
  }
}

export function stepsTask(spec: StepSpec, backend: string): Task {
  const { batch, batches, learningRate } = spec
  const model = networkOf(spec, backend)
  const loss = spec.kind === 'lstm' ? 'meanSquaredError' : tf.losses.softmaxCrossEntropy
  model.compile({ optimizer: adam(learningRate), loss })
  model.setWeights(spec.weights.map(upload))
  const xs = inBatches(upload(spec.x), batch, batches)
  const ys = inBatches(targets(spec), batch, batches)
  return {
    async run(count) {
      for (let i = 0; i < count; i++) await model.trainOnBatch(xs[i % batches]!, ys[i % batches]!)
      return {}
    },
    probe: () => first(model.evaluate(xs[0]!, ys[0]!, { batchSize: batch, verbose: 0 })),
    close: () => model.dispose(),
    ...(spec.kind === 'transformer' &&
      backend === 'wasm' && { note: 'embeds by a product: its wasm backend has no gradient of gather' }),
  }
}

/** Targets as class numbers, or one-hot for the loss of logits. */
function targets(spec: StepSpec): tf.Tensor {
  if (spec.kind === 'lstm') return upload(spec.y)
  const classes = spec.kind === 'transformer' ? spec.vocabulary : spec.classes
  return tf.cast(tf.oneHot(upload(spec.y), classes), 'float32')
}

function inBatches(x: tf.Tensor, batch: number, batches: number): tf.Tensor[] {
  const [, ...rest] = x.shape
  const zeros = rest.map(() => 0)
  return Array.from({ length: batches }, (_, i) => tf.slice(x, [i * batch, ...zeros], [batch, ...rest]))
}

/** Runs `call` repeatedly, and reads one element at the end. */
export function kernelTask(call: () => tf.Tensor): Task {
  const read = async (result: tf.Tensor) => {
    const last = tf.tidy(() => {
      const flat = tf.reshape(result, [-1])
      return tf.slice(flat, [flat.shape[0]! - 1], [1])
    })
    const value = await first(last)
    last.dispose()
    result.dispose()
    return value
  }
  return {
    async run(count) {
      for (let i = 1; i < count; i++) tf.tidy(call).dispose()
      await read(tf.tidy(call))
      return {}
    },
    probe: () => read(tf.tidy(call)),
  }
}

const ops: Record<ChainLink[0], (x: tf.Tensor, value: number) => tf.Tensor> = {
  add: tf.add,
  mul: tf.mul,
  max: tf.maximum,
  min: tf.minimum,
  abs: (x) => tf.abs(x),
}

export function elementwiseTask({ x: spec, chain }: ElementwiseSpec): Task {
  const x = upload(spec)
  return kernelTask(() => chain.reduce((value, [name, number = 0]) => ops[name](value, number), x))
}

export function memoryTask(spec: MemorySpec): Task {
  const [x, y] = [upload(spec.x), upload(spec.y)]
  const works: Record<MemorySpec['op'], () => tf.Tensor> = {
    add: () => tf.add(x, y),
    'row-sums': () => tf.sum(x, 1),
    'column-sums': () => tf.sum(x, 0),
    sum: () => tf.sum(x),
  }
  return { ...kernelTask(works[spec.op]), close: () => [x, y].forEach((matrix) => matrix.dispose()) }
}
