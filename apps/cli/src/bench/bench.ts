import { type Backend, useBackend } from '@gradus/tensor'
import { randomSamples } from './random-samples.ts'
import type { Workload } from './workloads.ts'

/** The speed of training one workload on one backend. */
export interface Speed {
  readonly workload: string
  readonly backend: string
  /** Null where training failed. */
  readonly samplesPerSecond: number | null
  readonly millisecondsPerStep: number | null
  /** The steps that were timed. */
  readonly steps: number
  readonly problem: string | null
}

/** How long a workload is trained. */
export interface Duration {
  /** The least time in milliseconds that is measured. */
  readonly milliseconds: number
}

/** Trains a workload on a backend and measures the time of its steps, compilation excluded. */
export async function measure(workload: Workload, backend: Backend, { milliseconds }: Duration): Promise<Speed> {
  const { name, batchSize, samples, inputShape, classes } = workload
  const shown = { workload: name, backend: backend.name }
  try {
    await useBackend(backend)
    const model = workload.model()
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' } as never)
    const { x, y } = randomSamples(samples, inputShape, classes)
    const options = { batchSize, verbose: 0 } as const
    // compiles the steps
    await model.fit(x, y, { ...options, epochs: 1 })
    let [spent, epochs, more] = [0, 0, 1]
    while (spent < milliseconds) {
      const started = performance.now()
      await model.fit(x, y, { ...options, epochs: more })
      spent += performance.now() - started
      epochs += more
      // few calls of fit, each with about as much work as all before
      more = Math.max(1, Math.min(epochs, Math.ceil(((milliseconds - spent) * epochs) / spent)))
    }
    const steps = epochs * Math.ceil(samples / batchSize)
    return {
      ...shown,
      samplesPerSecond: (1000 * epochs * samples) / spent,
      millisecondsPerStep: spent / steps,
      steps,
      problem: null,
    }
  } catch (error) {
    return { ...shown, samplesPerSecond: null, millisecondsPerStep: null, steps: 0, problem: (error as Error).message }
  }
}
