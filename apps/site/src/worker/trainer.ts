import type { Batch, HostArray } from '@gradus/core'
import { fromArrays, type Pipeline } from '@gradus/data'
import { decodeModel, type ModelFile } from '@gradus/io/model-files'
import { Dense } from '@gradus/layers'
import { MeanSquaredError, SparseCategoricalCrossentropy } from '@gradus/losses'
import { Sequential } from '@gradus/models'
import { Adam, SGD } from '@gradus/optimizers'
import type { StepRecord } from '../arithmetic/inspect.ts'
import type { DenseWeights, Rows } from '../arithmetic/network.ts'
import { momentumCoefficient } from '../arithmetic/update.ts'
import type { Problem } from '../problems/problem.ts'
import type { Settings } from '../settings/settings.ts'
import { type LayerPlan, networkOf, planLayers, slotsOf } from './network-of.ts'

/** Trains the network of some settings, one batch at a time, on the current backend. */
export class Trainer {
  private readonly plan: readonly LayerPlan[]
  private model: Sequential
  private iterator: AsyncIterator<Batch>
  /** The batch of the next step, if it was read. */
  private next: Batch | undefined
  /** The number of steps made. */
  step = 0
  /** The number of complete passes over all batches. */
  epoch = 0
  /** The number of batches of this pass that were trained on. */
  position = 0
  /** A moving average of the milliseconds per step, without the first step, which compiles. */
  msPerStep: number | undefined
  private compiled = false

  private constructor(
    readonly settings: Settings,
    readonly problem: Problem,
    private readonly batches: Pipeline,
  ) {
    this.plan = planLayers(settings, problem)
    this.model = this.makeModel()
    this.iterator = batches[Symbol.asyncIterator]()
  }

  /** Prepares the samples and builds the model. */
  static async open(settings: Settings, problem: Problem): Promise<Trainer> {
    const { x, y } = problem.train
    const samples = await fromArrays({ x, y: problem.kind === 'number' ? y : Int32Array.from(y) })
    return new Trainer(settings, problem, samples.shuffle({ seed: settings.seed }).batch(settings.batchSize))
  }

  /** The number of batches in one epoch. */
  get batchCount(): number {
    return this.batches.length ?? 1
  }

  /** Trains on the next batch. Rejects if the loss or a gradient is not finite; the weights are then unchanged. */
  async trainStep(): Promise<void> {
    const batch = await this.peekBatch()
    const begin = performance.now()
    await this.model.trainOnBatch(batch.x, batch.y)
    this.recordTime(performance.now() - begin)
    this.next = undefined
    this.step++
    this.position++
    if (this.position === this.batchCount) {
      this.epoch++
      this.position = 0
    }
  }

  /** Trains on the next batch. Returns the step with the weights before and after it. */
  async recordStep(): Promise<StepRecord> {
    const record = await this.preview()
    await this.trainStep()
    return { ...record, after: await this.network() }
  }

  /** The next step, without its result. */
  async preview(): Promise<StepRecord> {
    const batch = await this.peekBatch()
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

  /** The weights and the state of the optimizer, on the host. */
  async state(): Promise<ModelFile> {
    return decodeModel(await this.model.toBytes())
  }

  /** Continues from a state, on the current backend. */
  async restore(state: ModelFile): Promise<void> {
    const old = this.model
    this.model = this.makeModel()
    this.compiled = false
    this.msPerStep = undefined
    await this.model.setWeights(state.weights)
    await this.model.restoreTraining(state)
    disposeWeights(old)
  }

  /** Disposes of the weights. */
  close(): void {
    disposeWeights(this.model)
  }

  private recordTime(ms: number): void {
    if (this.compiled)
      this.msPerStep = this.msPerStep === undefined ? ms : this.msPerStep + 0.05 * (ms - this.msPerStep)
    this.compiled = true
  }

  private async peekBatch(): Promise<Batch> {
    while (!this.next) {
      const { value, done } = await this.iterator.next()
      if (done) this.iterator = this.batches[Symbol.asyncIterator]()
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
          : new SGD({ learningRate, ...(optimizer === 'Momentum' && { momentum: momentumCoefficient }) }),
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
