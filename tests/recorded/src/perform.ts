import type { CallbackContext, CallbackHooks, FitParams, Logs } from '@gradus/core'
import type { ScriptedModel } from '../scripted-model.ts'

/** Figures by key, one per epoch. Those that are not finite are strings. */
export type Script = Readonly<Record<string, readonly (number | string)[]>>

export interface Performance {
  readonly script: Script
  readonly epochs?: number | undefined
  readonly batches?: number | undefined
  /** The figures of a batch (default a loss of 0). */
  readonly ofBatch?: (epoch: number, batch: number) => Logs
  readonly afterEpoch?: (epoch: number) => void
}

/**
 * Calls the hooks as training does. At the end of epoch n, counted from 0, the weight is n + 1. Returns the number of epochs.
 */
export async function perform(
  model: ScriptedModel,
  callbacks: readonly CallbackHooks[],
  performance: Performance,
): Promise<number> {
  const { script, batches = 1, ofBatch = () => ({ loss: 0 }), afterEpoch } = performance
  const epochs = performance.epochs ?? Math.max(0, ...Object.values(script).map(({ length }) => length))
  const params: FitParams = { epochs, steps: batches, verbose: 0 }
  const call = async (
    hook: Exclude<keyof CallbackHooks, 'onResume' | 'state' | 'restore' | 'batchInterval' | 'batchCount'>,
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
