import type { CallbackContext, CallbackHooks, CallbackModel, FitParams, Logs, WeightValue } from '@gradus/core'

/** Figures by epoch and key; those that are not finite are texts. */
export type Script = Readonly<Record<string, readonly (number | string)[]>>

/** A model with one weight and nothing to train, for callbacks that are driven by recorded figures. */
export class ScriptedModel implements CallbackModel {
  readonly name = 'scripted'
  stopTraining = false
  weight = 0
  /** What each file holds: the weight. */
  readonly files: Record<string, number> = {}
  private rate = Math.fround(0.1)

  /** `metrics` are the compiled ones beside the loss, with their directions. */
  constructor(private readonly metrics: Readonly<Record<string, 'up' | 'down'>> = {}) {}

  get learningRate(): number {
    return this.rate
  }

  set learningRate(rate: number) {
    this.rate = Math.fround(rate)
  }

  async getWeights(): Promise<WeightValue[]> {
    return [{ path: 'w', shape: [1], dtype: 'float32', trainable: true, data: Float32Array.of(this.weight) }]
  }

  async setWeights(weights: readonly WeightValue[]): Promise<void> {
    this.weight = weights[0]!.data[0]!
  }

  async save(path: string): Promise<void> {
    this.files[path] = this.weight
  }

  async saveWeights(path: string): Promise<void> {
    this.files[path] = this.weight
  }

  metricDirection(key: string): 'up' | 'down' | undefined {
    return key === 'loss' ? 'down' : this.metrics[key]
  }
}

export interface Performance {
  readonly script: Script
  readonly epochs?: number | undefined
  readonly batches?: number | undefined
  /** The figures of a batch (default a loss of 0). */
  readonly ofBatch?: (epoch: number, batch: number) => Logs
  readonly afterEpoch?: (epoch: number) => void
}

/** Calls the hooks as training would. At the end of epoch n (from 0) the weight is n + 1. Returns the epochs run. */
export async function perform(
  model: ScriptedModel,
  callbacks: readonly CallbackHooks[],
  performance: Performance,
): Promise<number> {
  const { script, batches = 1, ofBatch = () => ({ loss: 0 }), afterEpoch } = performance
  const epochs = performance.epochs ?? Math.max(0, ...Object.values(script).map(({ length }) => length))
  const params: FitParams = { epochs, steps: batches, verbose: 0 }
  const call = async (
    hook: Exclude<keyof CallbackHooks, 'state' | 'restore'>,
    epoch: number,
    step: number,
    logs: Logs,
  ) => {
    const context: CallbackContext = { model, epoch, step, logs, params }
    for (const callback of callbacks) await callback[hook]?.(context)
  }
  let epoch = 0
  await call('onTrainBegin', -1, -1, {})
  for (; epoch < epochs && !model.stopTraining; epoch++) {
    await call('onEpochBegin', epoch, -1, {})
    let logs: Logs = {}
    for (let step = 0; step < batches && !model.stopTraining; step++) {
      await call('onTrainBatchBegin', epoch, step, {})
      logs = ofBatch(epoch, step)
      await call('onTrainBatchEnd', epoch, step, logs)
    }
    model.weight = epoch + 1
    const figures = Object.entries(script).flatMap(([key, values]) =>
      epoch < values.length ? [[key, Number(values[epoch])] as const] : [],
    )
    await call('onEpochEnd', epoch, -1, figures.length > 0 ? Object.fromEntries(figures) : logs)
    afterEpoch?.(epoch)
  }
  await call('onTrainEnd', -1, -1, {})
  return epoch
}
