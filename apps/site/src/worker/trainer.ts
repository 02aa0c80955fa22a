import type { Batch, HostArray } from '@gradus/core'
import { fromArrays, type Pipeline } from '@gradus/data'
import { decodeModel, type ModelFile } from '@gradus/io/model-files'
import { Dense } from '@gradus/layers'
import { MeanSquaredError, SparseCategoricalCrossentropy } from '@gradus/losses'
import { Sequential } from '@gradus/models'
import { Adam, SGD } from '@gradus/optimizers'
import type { StepRecord } from '../arithmetic/inspect.ts'
import type { DenseWeights, Rows } from '../arithmetic/network.ts'
import { momentumShare } from '../arithmetic/update.ts'
import type { Problem } from '../problems/problem.ts'
import type { Settings } from '../settings/settings.ts'
import { type LayerPlan, networkOf, planLayers, slotsOf } from './network-of.ts'

/** Trains the network of some settings, one batch at a time, on the current backend. */
export class Trainer {
  private readonly plan: readonly LayerPlan[]
  private model: Sequential
  private walk: AsyncIterator<Batch>
  /** The batch of the step to come, once it was asked for. */
  private next: Batch | undefined
  /** Steps made. */
  step = 0
  /** Passes over all batches that are complete. */
  epoch = 0
  /** Batches of this pass that were trained on. */
  position = 0
  /** Milliseconds per step, lately; the first one, which compiles, left out. */
  msPerStep: number | undefined
  private compiled = false

  private constructor(
    readonly settings: Settings,
    readonly problem: Problem,
    private readonly batches: Pipeline,
  ) {
    this.plan = planLayers(settings, problem)
    this.model = this.makeModel()
    this.walk = batches[Symbol.asyncIterator]()
  }

  static async open(settings: Settings, problem: Problem): Promise<Trainer> {
    const { x, y } = problem.train
    const samples = await fromArrays({ x, y: problem.kind === 'number' ? y : Int32Array.from(y) })
    return new Trainer(settings, problem, samples.shuffle({ seed: settings.seed }).batch(settings.batchSize))
  }

  /** Batches in one epoch. */
  get batchCount(): number {
    return this.batches.length ?? 1
  }

  /** Trains on the next batch. Rejects where loss or gradients are not finite; the weights are then those before. */
  async trainStep(): Promise<void> {
    const batch = await this.peek()
    const begin = performance.now()
    await this.model.trainOnBatch(batch.x, batch.y)
    this.clock(performance.now() - begin)
    this.next = undefined
    this.step++
    this.position++
    if (this.position === this.batchCount) {
      this.epoch++
      this.position = 0
    }
  }

  /** Like `trainStep`, with everything that it began and ended with. */
  async recordStep(): Promise<StepRecord> {
    const record = await this.preview()
    await this.trainStep()
    return { ...record, after: await this.network() }
  }

  /** The step to come, without its result. */
  async preview(): Promise<StepRecord> {
    const batch = await this.peek()
    const { weights, optimizer } = await this.state()
    return {
      step: this.step + 1,
      batch: rowsOf(batch),
      before: networkOf(this.plan, weights),
      momentum: slotsOf(this.plan, optimizer, 'slots.momentum.'),
      velocity: slotsOf(this.plan, optimizer, 'slots.velocity.'),
      learningRate: this.settings.learningRate,
      optimizer: this.settings.optimizer,
    }
  }

  async network(): Promise<DenseWeights[]> {
    return networkOf(this.plan, await this.model.getWeights())
  }

  /** Everything that was learnt, on the host. */
  async state(): Promise<ModelFile> {
    return decodeModel(await this.model.toBytes())
  }

  /** Goes on with a state on what is the current backend now. */
  async restore(state: ModelFile): Promise<void> {
    const old = this.model
    this.model = this.makeModel()
    this.compiled = false
    this.msPerStep = undefined
    await this.model.setWeights(state.weights)
    await this.model.restoreTraining(state)
    disposeWeights(old)
  }

  /** Frees the weights. */
  close(): void {
    disposeWeights(this.model)
  }

  private clock(ms: number): void {
    if (this.compiled)
      this.msPerStep = this.msPerStep === undefined ? ms : this.msPerStep + 0.05 * (ms - this.msPerStep)
    this.compiled = true
  }

  private async peek(): Promise<Batch> {
    while (!this.next) {
      const { value, done } = await this.walk.next()
      if (done) this.walk = this.batches[Symbol.asyncIterator]()
      else this.next = value
    }
    return this.next
  }

  private makeModel(): Sequential {
    const { seed, learningRate, optimizer } = this.settings
    const layers = this.plan.map(
      ({ name, units, activation, inputs }, index) =>
        new Dense({ name, units, activation, ...(index === 0 && { inputShape: [inputs] }) }),
    )
    const model = new Sequential(layers, { seed })
    model.compile({
      optimizer:
        optimizer === 'Adam'
          ? new Adam({ learningRate })
          : new SGD({ learningRate, ...(optimizer === 'Momentum' && { momentum: momentumShare }) }),
      loss: this.problem.kind === 'number' ? new MeanSquaredError() : new SparseCategoricalCrossentropy(),
    })
    return model
  }
}

function disposeWeights(model: Sequential): void {
  for (const { value } of model.variables) value.dispose()
}

function rowsOf({ x, y }: Batch): Rows {
  const inputs = x as HostArray
  const width = inputs.shape[1] ?? 1
  const count = inputs.shape[0]!
  return {
    x: Array.from({ length: count }, (_, i) => inputs.data.slice(i * width, (i + 1) * width)),
    y: (y as HostArray).data.slice(),
  }
}
