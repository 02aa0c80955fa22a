import { type Array as JaxArray, jit, numpy as np } from '@jax-js/jax'
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
import { adaptWeights, type Loss, lossOf } from './models.ts'
import { firstState, makeStep, type State } from './train.ts'

export const upload = (spec: ArraySpec) =>
  np.array(generate(spec), { dtype: spec.dtype === 'int32' ? np.int32 : np.float32 }).reshape([...spec.shape])

const read = async (scalar: JaxArray) => (await scalar.data())[0]!

/** The loss without dropout. */
function testOf(loss: Loss) {
  return jit((params: JaxArray[], x: JaxArray, y: JaxArray) => {
    const [value, outputs] = loss(params, x, y, undefined)
    outputs.dispose()
    return value
  })
}

export function stepsTask(spec: StepSpec): Task {
  const { batch, batches, learningRate } = spec
  const loss = lossOf(spec)
  const dropout = spec.kind === 'cnn' && spec.dropout > 0
  const step = makeStep(loss, { learningRate, dropout, countHits: false })
  const test = testOf(loss)
  const images = upload(spec.x)
  const x = spec.kind === 'cnn' ? images.transpose([0, 3, 1, 2]) : images
  const [xs, ys] = [x, upload(spec.y)].map((all) =>
    Array.from({ length: batches }, (_, i) => all.ref.slice([i * batch, (i + 1) * batch])),
  )
  let state = firstState(adaptWeights(spec, spec.weights.map(upload)))
  return {
    async run(count) {
      for (let i = 0; i < count; i++) {
        const done = step(state, xs![i % batches]!.ref, ys![i % batches]!.ref)
        state = done.state
        await read(done.loss)
      }
      return {}
    },
    probe: () =>
      read(
        test(
          state.params.map(({ ref }) => ref),
          xs![0]!.ref,
          ys![0]!.ref,
        ),
      ),
  }
}

export function articleTask(spec: ArticleSpec): Task {
  const { samples, inputs, batch, epochs, shuffle, learningRate } = spec
  const loss = lossOf(spec)
  const step = makeStep(loss, { learningRate, dropout: false, countHits: true })
  const test = testOf(loss)
  const [x, y] = [generate(spec.x), generate(spec.y)]
  let state = firstState(spec.weights.map(upload))

  function gather(order: Int32Array, start: number): [JaxArray, JaxArray, number] {
    const rows = order.subarray(start, Math.min(start + batch, samples))
    const some = new Float32Array(rows.length * inputs)
    const labels = new Int32Array(rows.length)
    rows.forEach((row, i) => {
      for (let j = 0; j < inputs; j++) some[i * inputs + j] = x[row * inputs + j]!
      labels[i] = y[row]!
    })
    return [np.array(some).reshape([rows.length, inputs]), np.array(labels, { dtype: np.int32 }), rows.length]
  }

  async function fit(): Promise<number[]> {
    const losses: number[] = []
    let accuracy = 0
    const order = Int32Array.from({ length: samples }, (_, index) => index)
    for (let epoch = 0; epoch < epochs; epoch++) {
      if (shuffle) shuffleInPlace(order)
      let [total, hits] = [0, 0]
      for (let start = 0; start < samples; start += batch) {
        const [some, labels, count] = gather(order, start)
        const done = step(state, some, labels)
        state = done.state
        total += count * (await read(done.loss))
        hits += await read(done.hits[0]!)
      }
      accuracy = hits / samples
      losses.push(total / samples)
    }
    if (!(accuracy >= 0)) throw new Error(`the accuracy is ${accuracy}`)
    return losses
  }

  const dispose = ({ params, means, squares, iteration, key }: State) =>
    [...params, ...means, ...squares, iteration, key].forEach((array) => array.dispose())
  return {
    async run(count) {
      let ms = 0
      let losses: readonly number[] = []
      for (let i = 0; i < count; i++) {
        dispose(state)
        state = firstState(spec.weights.map(upload))
        const start = performance.now()
        losses = await fit()
        ms += performance.now() - start
      }
      return { ms, losses }
    },
    probe: () =>
      read(
        test(
          state.params.map(({ ref }) => ref),
          upload(spec.x),
          upload(spec.y),
        ),
      ),
  }
}

function shuffleInPlace(order: Int32Array): void {
  for (let i = order.length - 1; i > 0; i--) {
    const other = Math.floor(Math.random() * (i + 1))
    const value = order[i]!
    order[i] = order[other]!
    order[other] = value
  }
}

/** Calls a compiled function repeatedly and waits each time, because results that are not read are never computed. */
export function kernelTask(call: () => JaxArray): Task {
  return {
    async run(count) {
      for (let i = 0; i < count; i++) (await call().blockUntilReady()).dispose()
      return {}
    },
    async probe() {
      const result = call()
      const size = result.shape.reduce((a, b) => a * b, 1)
      return read(result.reshape([size]).slice(size - 1))
    },
  }
}

const ops: Record<ChainLink[0], (x: JaxArray, value: number) => JaxArray> = {
  add: (x, value) => x.add(value),
  mul: (x, value) => x.mul(value),
  max: np.maximum,
  min: np.minimum,
  abs: (x) => np.absolute(x),
}

export function elementwiseTask({ x: spec, chain }: ElementwiseSpec): Task {
  const x = upload(spec)
  const compiled = jit((value: JaxArray) => chain.reduce((y, [name, number = 0]) => ops[name](y, number), value))
  return kernelTask(() => compiled(x.ref))
}

export function memoryTask({ op, ...spec }: MemorySpec): Task {
  const x = upload(spec.x)
  if (op === 'add') {
    const y = upload(spec.y)
    const sum = jit((a: JaxArray, b: JaxArray) => a.add(b))
    return kernelTask(() => sum(x.ref, y.ref))
  }
  const axes = { 'row-sums': 1, 'column-sums': 0, sum: null }
  const sum = jit((a: JaxArray) => a.sum(axes[op]))
  return kernelTask(() => sum(x.ref))
}
