import { type Backend, decorate, useBackend } from 'gradus'
import type { Task } from '../../shared/contestant.ts'
import type { TinySpec } from '../../shared/spec.ts'
import { stepsTask } from './fit-task.ts'
import { modelFor } from './models.ts'

/** A backend that measures the time of its programs; `take` returns the time in milliseconds since the last call. */
function timed(backend: Backend): { backend: Backend; take(): number } {
  let total = 0
  const compile: Backend['compile'] = (graph) => {
    const program = backend.compile(graph)
    return {
      run(inputs, count) {
        const start = performance.now()
        const outputs = program.run(inputs, count)
        total += performance.now() - start
        return outputs
      },
    }
  }
  const take = () => {
    const taken = total
    total = 0
    return taken
  }
  return { backend: decorate(backend, { compile }), take }
}

/**
 * `fit` of a model so small that its step has almost nothing to compute. The time of the compiled step is measured with a
 * second model, so that measuring does not slow down the first.
 */
export async function overheadTask(backend: Backend, spec: TinySpec): Promise<Task> {
  const stopwatch = timed(backend)
  const plain = stepsTask(await modelFor(spec), spec)
  await useBackend(stopwatch.backend)
  const watched = stepsTask(await modelFor(spec), spec)
  await useBackend(backend)
  return {
    ...plain,
    async run(count) {
      const start = performance.now()
      const done = await plain.fit(count)
      const ms = performance.now() - start
      await useBackend(stopwatch.backend)
      stopwatch.take()
      const steps = await watched.fit(count)
      const programUs = (1000 * stopwatch.take()) / steps
      await useBackend(backend)
      return { done, ms, figures: { programUs } }
    },
  }
}
