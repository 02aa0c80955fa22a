import { cpu } from '@gradus/backend-cpu'
import type { CallbackHooks, Dataset } from '@gradus/core'
import { decorate } from '@gradus/graph'
import { Dense } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { MeanAbsoluteError } from '@gradus/metrics'
import { Adam } from '@gradus/optimizers'
import { type Backend, BackendError } from '@gradus/tensor'
import { vi } from 'vitest'
import { Sequential } from '../model/sequential.ts'
import type { CompileOptions } from '../objective/compile-options.ts'

export const size = 23
export const x: readonly number[][] = Array.from({ length: size }, (_, i) => [Math.sin(i), Math.cos(2 * i), i / 12])
export const y: readonly number[][] = x.map(([a, b, c]) => [a! * 2 - b!, c! + 1])
/** Options of `fit` for five full batches and one of three samples, without output. */
export const quiet = { verbose: 0, batchSize: 4 } as const
/** A callback that follows every batch, so that steps run one by one. */
export const each: CallbackHooks = { onTrainBatchEnd() {} }

/** Stops the clock: time slices do not end, so the number of steps that run at once does not depend on the machine. */
export function stopClock(): void {
  vi.spyOn(performance, 'now').mockReturnValue(0)
}

/** A small model that is compiled. */
export function regression(options: Partial<CompileOptions> = {}, seed = 1) {
  const layers = [new Dense({ units: 5, activation: 'tanh', inputShape: [3] }), new Dense({ units: 2 })]
  const model = new Sequential(layers, { seed })
  model.compile({
    optimizer: new Adam({ learningRate: 0.01 }),
    loss: new MeanSquaredError(),
    metrics: [new MeanAbsoluteError()],
    ...options,
  } as CompileOptions<never>)
  return model
}

/** The samples in batches of one size, or of the given sizes and a last one with the rest. */
export function batchesOf(
  rows: readonly (readonly number[])[],
  sizes: number | readonly number[],
  targets: readonly (readonly number[])[] = y,
): Dataset {
  const array = (part: readonly (readonly number[])[]) =>
    ({ data: Float32Array.from(part.flat()), shape: [part.length, part[0]!.length], dtype: 'float32' }) as const
  return {
    async *[Symbol.asyncIterator]() {
      let start = 0
      for (let i = 0; start < rows.length; i++) {
        const size = typeof sizes === 'number' ? sizes : (sizes[i] ?? rows.length)
        yield { x: array(rows.slice(start, start + size)), y: array(targets.slice(start, start + size)) }
        start += size
      }
    },
  }
}

/** The cpu backend with a log of its calls. Allocations fail for which `refuse` returns true. */
export function watch(refuse: (bytes: number) => boolean = () => false) {
  const inner = cpu()
  /** `steps` has the number of train steps in each run of a train step. */
  const log = { steps: [] as number[], runs: 0, reads: 0, written: 0 }
  const backend: Backend = decorate(inner, {
    allocate(bytes) {
      if (refuse(bytes)) throw new BackendError('out of memory')
      return inner.allocate(bytes)
    },
    write(buffer, data) {
      log.written += data.byteLength
      inner.write(buffer, data)
    },
    read(buffer) {
      log.reads++
      return inner.read(buffer)
    },
    compile(graph) {
      const executable = inner.compile(graph)
      // only train steps have that many nodes
      const trains = graph.nodes.length > 80
      return {
        run(inputs, count = 1) {
          log.runs++
          if (trains) log.steps.push(count)
          return executable.run(inputs, count)
        },
      }
    },
  })
  return { backend, log }
}
