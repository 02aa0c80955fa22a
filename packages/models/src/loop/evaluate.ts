import type { Logs } from '@gradus/core'
import { type Backend, onBackend } from '@gradus/tensor'
import type { ChunkSource } from '../input/index.ts'
import type { CompiledSteps, TestState, Trainer } from '../step/index.ts'
import { ChunkSize } from './chunk-size.ts'
import type { Hooks } from './hooks.ts'
import { readScalars } from './scalars.ts'
import { TimeSlice } from './time-slice.ts'

/** Evaluates a model on the batches of a source, once or after each epoch. */
export class Evaluation {
  private readonly chunkSize = new ChunkSize()

  constructor(
    private readonly trainer: Trainer,
    private readonly steps: CompiledSteps,
    private readonly source: ChunkSource,
    private readonly backend: Backend,
    private readonly slice = new TimeSlice(),
  ) {}

  /** Returns loss and metrics over the batches of one pass, or over the first `limit` of them. */
  async run(hooks: Hooks, limit = Number.POSITIVE_INFINITY): Promise<Logs> {
    const { steps, slice, chunkSize, backend } = this
    const pass = this.source.pass(0)
    let state = onBackend(backend, () => this.trainer.beginTest(steps))
    let step = 0
    try {
      while (step < limit) {
        const oneByOne = hooks.has('onTestBatchBegin', 'onTestBatchEnd')
        const chunk = await pass.take(oneByOne ? 1 : Math.min(chunkSize.within(slice.left), limit - step))
        if (!chunk) break
        await hooks.call('onTestBatchBegin', { step })
        const { traces } = steps.test
        const start = performance.now()
        state = onBackend(backend, () => chunk.feed((feed) => this.advance(chunk.steps, state, feed)))
        step += chunk.steps
        // wait for steps that the backend runs in the background, so that their time is measured
        if (chunk.steps > 1) await state.position.data()
        if (steps.test.traces === traces) chunkSize.measured(performance.now() - start, chunk.steps)
        if (hooks.batchEnded('onTestBatchEnd'))
          await hooks.call('onTestBatchEnd', { step: step - 1, logs: await this.figures(state) })
        if (slice.over) await slice.yield()
      }
      if (step === 0) return {}
      const logs = await this.figures(state)
      await hooks.callSkipped('onTestBatchEnd', { step: step - 1, logs: { ...logs } })
      return logs
    } finally {
      this.trainer.endTest(state)
    }
  }

  private advance(count: number, from: TestState, feed: Parameters<CompiledSteps['test']['run']>[4]): TestState {
    const { params, state } = this.trainer.variables
    this.trainer.model.inferenceSteps += count
    return this.steps.test.run(count, from, params, state, feed, this.trainer.inferenceKey)
  }

  private figures({ tracker }: TestState): Promise<Logs> {
    return readScalars(onBackend(this.backend, () => this.steps.results(tracker)))
  }
}
