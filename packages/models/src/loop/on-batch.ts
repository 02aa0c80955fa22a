import type { Logs } from '@gradus/core'
import { type Backend, onBackend } from '@gradus/tensor'
import { disposeTree, type HostBatch, upload } from '../input/index.ts'
import type { CompiledSteps, Trainer } from '../step/index.ts'
import { explainDivergence } from './divergence.ts'
import { readScalars } from './scalars.ts'

/** Runs one update on one batch and returns the figures of that batch. */
export async function trainOnBatch(
  trainer: Trainer,
  steps: CompiledSteps,
  batch: HostBatch,
  backend: Backend,
): Promise<Logs> {
  const { state, frozen } = onBackend(backend, () => trainer.begin(steps))
  const device = onBackend(backend, () => upload(batch))
  let after: typeof state
  try {
    after = onBackend(backend, () => steps.train.run(1, state, frozen, { batch: device }, trainer.dropoutKey))
  } finally {
    disposeTree(device)
  }
  const { tracker, step, failedAt, position, ...updated } = after
  trainer.commit(updated)
  trainer.revision++ // a loop that is between two steps takes the variables and the number of steps again
  const [failed] = await failedAt.data()
  disposeTree([step, failedAt, position])
  if (failed! >= 0) {
    disposeTree(tracker)
    throw await explainDivergence(trainer, steps, batch, backend, { epoch: 0, step: trainer.steps })
  }
  trainer.steps++
  const logs = await readScalars(onBackend(backend, () => steps.results(tracker)))
  disposeTree(tracker)
  return logs
}

/** Returns the figures of one batch. */
export async function testOnBatch(
  trainer: Trainer,
  steps: CompiledSteps,
  batch: HostBatch,
  backend: Backend,
): Promise<Logs> {
  const { params, state } = trainer.variables
  const device = onBackend(backend, () => upload(batch))
  try {
    const after = onBackend(backend, () =>
      steps.test.run(1, trainer.beginTest(steps), params, state, { batch: device }, trainer.inferenceKey),
    )
    const logs = await readScalars(onBackend(backend, () => steps.results(after.tracker)))
    trainer.endTest(after)
    trainer.model.inferenceSteps++
    return logs
  } finally {
    disposeTree(device)
  }
}
