import type { Logs } from '@gradus/core'
import { type BatchSource, upload } from './batches.ts'
import type { Hooks } from './callbacks.ts'
import { Pace } from './pace.ts'
import { disposeTree, readScalars, type Training } from './training.ts'
import { readVariables } from './variables.ts'

/** Loss and metrics over the batches of one pass, or over the first `steps` of them. */
export async function evaluateSource(
  training: Training,
  source: BatchSource,
  steps: number | undefined,
  hooks: Hooks,
): Promise<Logs> {
  const pace = new Pace()
  const { params, state } = readVariables(training.network)
  let program: ReturnType<Training['steppers']> | undefined
  let tracker: ReturnType<ReturnType<Training['steppers']>['objective']['init']> | undefined
  let step = 0
  for await (const batch of source.pass(0)) {
    if (steps !== undefined && step >= steps) break
    program ??= training.steppers(batch)
    tracker ??= program.objective.init()
    await hooks.call('onTestBatchBegin', { step })
    const device = upload(batch)
    tracker = program.test(tracker, params, state, device, training.dropoutKey)
    disposeTree(device)
    if (hooks.has('onTestBatchEnd'))
      await hooks.call('onTestBatchEnd', { step, logs: await readScalars(program.results(tracker)) })
    step++
    if (pace.due) await pace.rest()
  }
  if (!program || !tracker) return {}
  const logs = await readScalars(program.results(tracker))
  disposeTree(tracker)
  return logs
}
