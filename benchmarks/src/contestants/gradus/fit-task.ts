import { Adam, type Loss, type Model, type Sequential } from 'gradus'
import type { Task } from '../../shared/contestant.ts'
import { generate } from '../../shared/generate.ts'
import type { ArraySpec, ArticleSpec, StepSpec, TinySpec } from '../../shared/spec.ts'

export type Network = Sequential | Model

interface Objective {
  readonly loss: Loss
  readonly metrics?: readonly 'accuracy'[]
}

export const hostArray = (spec: ArraySpec) => ({ data: generate(spec), shape: spec.shape, dtype: spec.dtype })

/** The first samples of an array, without a copy. */
export function head(
  { data, shape, dtype }: ReturnType<typeof hostArray>,
  samples: number,
): ReturnType<typeof hostArray> {
  const [count = 1, ...rest] = shape
  return { data: data.subarray(0, (data.length / count) * samples), shape: [samples, ...rest], dtype }
}

/** Compiles a model and sets the initial weights of `spec`. */
export async function prepared<N extends Network>(
  model: N,
  spec: ArticleSpec | StepSpec | TinySpec,
  objective: Objective,
): Promise<N> {
  model.compile({ optimizer: new Adam({ learningRate: spec.learningRate }), ...objective })
  await model.setWeights(spec.weights.map(hostArray))
  return model
}

/** Train steps by `fit`: many batches per call and no batch callbacks. */
export function stepsTask(model: Network, spec: StepSpec | TinySpec): Task & { fit(steps: number): Promise<number> } {
  const { batch: batchSize, batches } = spec
  const x = hostArray(spec.x)
  const y = hostArray(spec.y)
  const fit = async (steps: number) => {
    const perEpoch = Math.min(steps, batches)
    const epochs = Math.ceil(steps / perEpoch)
    const samples = perEpoch * batchSize
    await model.fit(head(x, samples), head(y, samples), { batchSize, epochs, verbose: 0 })
    return epochs * perEpoch
  }
  return {
    fit,
    run: async (count) => ({ done: await fit(count) }),
    probe: async () => (await model.evaluate(head(x, batchSize), head(y, batchSize), { batchSize, verbose: 0 })).loss!,
  }
}

/** The article's `fit` as a whole, each time from the same initial weights. */
export function articleTask(model: Network, spec: ArticleSpec): Task {
  const { batch: batchSize, epochs, shuffle, samples } = spec
  const x = hostArray(spec.x)
  const y = hostArray(spec.y)
  const weights = spec.weights.map(hostArray)
  return {
    async run(count) {
      let ms = 0
      let losses: readonly number[] = []
      for (let fit = 0; fit < count; fit++) {
        await model.setWeights(weights)
        const start = performance.now()
        const { history } = await model.fit(x, y, { batchSize, epochs, shuffle, verbose: 0 })
        ms += performance.now() - start
        losses = history.loss!
      }
      return { ms, losses }
    },
    probe: async () => (await model.evaluate(x, y, { batchSize: samples, verbose: 0 })).loss!,
  }
}
