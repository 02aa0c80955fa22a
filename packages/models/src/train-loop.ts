import type { CallbackModel, Logs } from '@gradus/core'
import { tensor } from '@gradus/tensor'
import type { Hooks } from './callbacks.ts'
import { disposeTree } from './dispose.ts'
import { explainDivergence } from './divergence.ts'
import type { EpochSteps } from './epoch-steps.ts'
import type { Pace } from './pace.ts'
import { warnOfRetraces } from './retraces.ts'
import { readScalars } from './scalars.ts'
import type { Stretch } from './step-source.ts'
import type { Carry } from './steps.ts'
import { Stride } from './stride.ts'
import type { Program, Training } from './training.ts'

/** The model as the training loop sees it. */
export interface TrainedModel extends CallbackModel {
  readonly stepsPerExecution: number
}

export interface TrainLoopOptions {
  readonly training: Training
  readonly program: Program
  readonly model: TrainedModel
  readonly hooks: Hooks
  readonly pace: Pace
  readonly signal: AbortSignal | undefined
}

/**
 * Runs the steps of epochs; holds what a step changes while it belongs to the steps. Where no callback follows every batch,
 * as many steps as fit a time slice run at once.
 */
export class TrainLoop {
  private carry: Carry | undefined
  private frozen: ReturnType<Training['begin']>['frozen'] = {}
  private revision = -1
  /** The value of `carry.position`. */
  private position = 0
  /** What was run since the last look for a failure. */
  private unchecked: Stretch[] = []
  private readonly stride = new Stride()
  private readonly key

  constructor(private readonly options: TrainLoopOptions) {
    this.key = options.training.dropoutKey
  }

  async epoch(epoch: number, steps: EpochSteps): Promise<Logs> {
    const { hooks, model, program, training, signal } = this.options
    this.open()
    disposeTree(this.carry!.tracker)
    this.carry = { ...this.carry!, tracker: program.objective.init() }
    this.unchecked = []
    let step = 0
    signal?.throwIfAborted()
    for (;;) {
      const followed = hooks.has('onTrainBatchBegin', 'onTrainBatchEnd')
      const group = await this.next(epoch, steps, followed)
      if (group.length === 0) break
      if (hooks.has('onTrainBatchBegin')) await this.letIn(() => hooks.call('onTrainBatchBegin', { epoch, step }))
      const time = this.run(group)
      step += stepsOf(group)
      if (hooks.ended('onTrainBatchEnd')) {
        const logs = await this.figures()
        await this.letIn(() => hooks.call('onTrainBatchEnd', { epoch, step: step - 1, logs }))
      }
      await this.breathe(epoch, step, followed, group, time)
      if (model.stopTraining) break
    }
    await this.guard(epoch, step)
    const logs = await this.figures()
    if (step > 0) await this.letIn(() => hooks.catchUp('onTrainBatchEnd', { epoch, step: step - 1, logs: { ...logs } }))
    training.commit(this.carry!)
    return logs
  }

  /** Hands over what was learnt, also when training ends early. */
  close(): void {
    const { training } = this.options
    if (!this.carry) return
    // what a callback set after the last step is newer than what the steps left
    if (this.revision === training.revision) training.commit(this.carry)
    const { tracker, step, failedAt, position } = this.carry
    disposeTree([tracker, step, failedAt, position])
    this.carry = undefined
  }

  /** Calls hooks that may read and change the model: they see what the steps learnt, and the steps go on with what they left. */
  private async letIn(call: () => Promise<void>): Promise<void> {
    this.options.training.commit(this.carry!)
    await call()
    this.open()
  }

  private open(): void {
    const { training, program } = this.options
    const old = this.carry
    if (old && this.revision === training.revision) return
    const { carry, frozen } = training.begin(program.objective, old?.tracker)
    if (old) disposeTree([old.step, old.failedAt, old.position])
    this.carry = carry
    this.frozen = frozen
    this.revision = training.revision
    this.position = 0
  }

  /** What runs before the next look around: the batches between two calls of hooks, or what fits the time slice. */
  private async next(epoch: number, steps: EpochSteps, followed: boolean): Promise<Stretch[]> {
    const { model, pace } = this.options
    const group: Stretch[] = []
    let left = followed ? model.stepsPerExecution : this.stride.fill(pace.left)
    do {
      const stretch = await steps.next(epoch, left)
      if (!stretch) break
      group.push(stretch)
      left -= stretch.steps
    } while (followed && left > 0)
    return group
  }

  /** Runs steps. Gives the milliseconds that it took; undefined where a program was traced meanwhile. */
  private run(group: readonly Stretch[]): number | undefined {
    const { program, training } = this.options
    const { traces } = program.train
    const start = performance.now()
    for (const stretch of group) {
      const { rows, steps } = stretch
      if (rows && rows.start !== this.position) this.moveTo(rows.start)
      this.carry = stretch.feed((feed) => program.train.run(steps, this.carry!, this.frozen, feed, this.key))
      if (rows) this.position = rows.end
      training.steps += steps
      this.unchecked.push(stretch)
    }
    if (program.train.traces === traces) return performance.now() - start
    warnOfRetraces(program.train)
    return undefined
  }

  private moveTo(position: number): void {
    this.carry!.position.dispose()
    this.carry = { ...this.carry!, position: tensor(position, { dtype: 'int32' }) }
  }

  private figures(): Promise<Logs> {
    return readScalars(this.options.program.results(this.carry!.tracker))
  }

  /** Looks for a failure where that costs little, lets others have their turn when it is due, and ends when told to. */
  private async breathe(
    epoch: number,
    step: number,
    followed: boolean,
    group: readonly Stretch[],
    time: number | undefined,
  ): Promise<void> {
    const { pace, signal } = this.options
    const { due } = pace
    const count = stepsOf(group)
    const cheap = followed ? this.carry!.failedAt.storage.memory.readSync !== undefined : count > 1
    const start = performance.now()
    if (due || cheap) await this.guard(epoch, step)
    // the read shows when steps have ended that a backend runs in the background
    if (time !== undefined) this.stride.took(time + performance.now() - start, count)
    if (due) await pace.rest()
    signal?.throwIfAborted()
  }

  /** Ends training where a step failed; `step` is the number of steps of the epoch so far. */
  private async guard(epoch: number, step: number): Promise<void> {
    const { training, program, model } = this.options
    const stretches = this.unchecked
    if (model.stopTraining || stretches.length === 0) return
    const [failedAt] = await this.carry!.failedAt.data()
    this.unchecked = []
    if (failedAt! < 0) return
    training.commit(this.carry!)
    const behind = training.steps - 1 - failedAt!
    training.steps = failedAt! + 1 // the steps after it learnt nothing
    const batch = await batchBefore(stretches, behind)
    throw await explainDivergence(training.network, program.objective, batch, { epoch, step: step - 1 - behind })
  }
}

function stepsOf(group: readonly Stretch[]): number {
  return group.reduce((total, { steps }) => total + steps, 0)
}

/** The batch of the step that came `behind` steps before the last one. */
function batchBefore(stretches: readonly Stretch[], behind: number): ReturnType<Stretch['batch']> {
  let left = behind
  for (const stretch of [...stretches].reverse()) {
    if (left < stretch.steps) return stretch.batch(stretch.steps - 1 - left)
    left -= stretch.steps
  }
  throw new RangeError(`${behind} steps back there was no step.`)
}
