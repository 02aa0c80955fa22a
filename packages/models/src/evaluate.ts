import type { Logs } from '@gradus/core'
import { tensor } from '@gradus/tensor'
import type { Hooks } from './callbacks.ts'
import { disposeTree } from './dispose.ts'
import { Pace } from './pace.ts'
import { readScalars } from './scalars.ts'
import type { StepSource } from './step-source.ts'
import type { TestCarry } from './steps.ts'
import { Stride } from './stride.ts'
import type { Program, Training } from './training.ts'
import { readVariables } from './variables.ts'

/** Measures a model on the batches of a source, now or after each epoch. */
export class Evaluation {
  private readonly stride = new Stride()

  constructor(
    private readonly training: Training,
    private readonly program: Program,
    private readonly source: StepSource,
    private readonly pace = new Pace(),
  ) {}

  /** Loss and metrics over the batches of one pass, or over the first `limit` of them. */
  async run(hooks: Hooks, limit = Number.POSITIVE_INFINITY): Promise<Logs> {
    const { program, pace, stride } = this
    const pass = this.source.pass(0)
    let carry: TestCarry = { tracker: program.objective.init(), position: tensor(0, { dtype: 'int32' }) }
    let step = 0
    try {
      while (step < limit) {
        const followed = hooks.has('onTestBatchBegin', 'onTestBatchEnd')
        const stretch = await pass.take(followed ? 1 : Math.min(stride.fill(pace.left), limit - step))
        if (!stretch) break
        await hooks.call('onTestBatchBegin', { step })
        const { traces } = program.test
        const start = performance.now()
        carry = stretch.feed((feed) => this.advance(stretch.steps, carry, feed))
        step += stretch.steps
        // the read shows when steps have ended that a backend runs in the background
        if (stretch.steps > 1) await carry.position.data()
        if (program.test.traces === traces) stride.took(performance.now() - start, stretch.steps)
        if (hooks.ended('onTestBatchEnd'))
          await hooks.call('onTestBatchEnd', { step: step - 1, logs: await this.figures(carry) })
        if (pace.due) await pace.rest()
      }
      if (step === 0) return {}
      const logs = await this.figures(carry)
      await hooks.catchUp('onTestBatchEnd', { step: step - 1, logs: { ...logs } })
      return logs
    } finally {
      disposeTree(carry)
    }
  }

  private advance(count: number, carry: TestCarry, feed: Parameters<Program['test']['run']>[4]): TestCarry {
    const { params, state } = readVariables(this.training.network)
    return this.program.test.run(count, carry, params, state, feed, this.training.dropoutKey)
  }

  private figures({ tracker }: TestCarry): Promise<Logs> {
    return readScalars(this.program.results(tracker))
  }
}
