import { bracketsOf } from './hyperband.ts'
import type { Job } from './run-trial.ts'
import { distinctTrials, gridOf, randomTrials, type Values } from './space.ts'
import { defaults } from './tune-schema.ts'
import type { Settings, Trial } from './tune-state.ts'

/** Trains trials and returns them in the order of the jobs. */
type Train = (jobs: readonly Job[]) => Promise<readonly Trial[]>

/** The trials of a search by their number, from 1. They depend on the settings alone. */
export function trialsOf(settings: Settings): readonly Values[] {
  const { method, space, seed, trials } = settings
  if (method === 'grid') return gridOf(space).slice(0, trials ?? undefined)
  if (method === 'random') return distinctTrials(space, seed, trials ?? defaults.trials)
  return randomTrials(space, seed, hyperbandTrials(settings))
}

function hyperbandTrials({ maxEpochs, factor }: Settings): number {
  return bracketsOf(maxEpochs!, factor).reduce((sum, [first]) => sum + first!.count, 0)
}

/** Runs a search: all trials to the end, or by the brackets of Hyperband. */
export async function search(settings: Settings, train: Train): Promise<void> {
  const { method, maxEpochs, mode, factor } = settings
  const jobs = trialsOf(settings).map((values, index) => ({ id: index + 1, values }))
  if (method !== 'hyperband') {
    await train(jobs.map((job) => ({ ...job, epochs: maxEpochs })))
    return
  }
  for (const rungs of bracketsOf(maxEpochs!, factor)) {
    let left = jobs.splice(0, rungs[0]!.count)
    for (const { count, epochs } of rungs) {
      left = left.slice(0, count)
      const trained = await train(left.map((job) => ({ ...job, epochs })))
      left = bestFirst(trained, mode)
        .filter(({ state, score }) => state === 'trained' && score !== null)
        .map(({ id, values }) => ({ id, values }))
    }
  }
}

/** Trials in the order of their scores; those without a score last. */
export function bestFirst(trials: readonly Trial[], mode: 'min' | 'max'): Trial[] {
  const sign = mode === 'max' ? -1 : 1
  const rank = ({ score }: Trial) => (score === null ? Number.POSITIVE_INFINITY : sign * score)
  return [...trials].sort((a, b) => (rank(a) === rank(b) ? a.id - b.id : rank(a) - rank(b)))
}
