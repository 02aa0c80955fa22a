import type { CallbackContext, CallbackHooks, FitParams, Logs } from '@gradus/core'
import type { ScriptedModel } from '../../../../tests/recorded/scripted-model.ts'
import file from '../recorded/callbacks.json' with { type: 'json' }

/** Figures per epoch by key, as recorded. */
export type Script = Readonly<Record<string, readonly (number | 'NaN')[]>>

export interface PlayOptions {
  readonly model: ScriptedModel
  readonly script: Script
  readonly epochs?: number
  readonly batches?: number
  readonly firstEpoch?: number
  readonly verbose?: 0 | 1 | 2
  /** Called after every epoch. */
  readonly afterEpoch?: (epoch: number) => void
}

/** Calls the hooks in the order of training, with recorded figures. The weight is epoch + 1 at the end of each epoch. */
export async function play(callbacks: readonly CallbackHooks[], options: PlayOptions): Promise<number> {
  const { model, script, batches = 1, firstEpoch = 0, verbose = 0 } = options
  const epochs = options.epochs ?? Object.values(script)[0]!.length
  const params: FitParams = { epochs, steps: batches, verbose }
  const call = async (hook: keyof CallbackHooks, epoch: number, step: number, logs: Logs) => {
    const context: CallbackContext = { model, epoch, step, logs, params }
    for (const callback of callbacks)
      await (callback[hook] as ((context: CallbackContext) => unknown) | undefined)?.call(callback, context)
  }
  let epoch = firstEpoch
  await call('onTrainBegin', -1, -1, {})
  for (; epoch < epochs && !model.stopTraining; epoch++) {
    await call('onEpochBegin', epoch, -1, {})
    for (let step = 0; step < batches; step++) {
      await call('onTrainBatchBegin', epoch, step, {})
      await call('onTrainBatchEnd', epoch, step, { loss: 0 })
    }
    model.weight = epoch + 1
    const figures = Object.entries(script).flatMap(([key, values]) =>
      epoch < values.length ? [[key, Number(values[epoch])] as const] : [],
    )
    await call('onEpochEnd', epoch, -1, Object.fromEntries(figures))
    options.afterEpoch?.(epoch)
  }
  await call('onTrainEnd', -1, -1, {})
  return epoch - firstEpoch
}

/** Keras's option names as ours. */
export function camelCased(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) => [key.replace(/_(.)/g, (_, c: string) => c.toUpperCase()), value]),
  )
}

/** The recorded cases of one kind. */
export function recorded<T>(kind: string): (T & { readonly name: string })[] {
  const cases = file.cases as unknown as (T & { readonly kind: string; readonly name: string })[]
  return cases.filter((item) => item.kind === kind)
}
