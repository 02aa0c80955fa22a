import { checkState, DataError, type FitState, toDevice } from '@gradus/core'
import { type Tensor, type Tree, treeLeaves, treeReplace } from '@gradus/tensor'
import { hostArray } from '@gradus/tensor/internals'
import { disposeTree } from '../input/index.ts'

/** The part of the state of a run that does not concern datasets and callbacks. */
export type FitPlace = Pick<FitState, 'epoch' | 'step' | 'pass' | 'batches' | 'figures'>

const count = { type: 'integer', min: 0, required: true } as const
const stateFields = {
  epoch: count,
  step: count,
  pass: count,
  batches: count,
  figures: { type: 'unknown', required: true },
  callbacks: { type: 'unknown', required: true },
  stopped: 'boolean',
} as const

/** Throws `DataError` for a saved state of another form, which only a damaged file has, or a value that is no state. */
export function checkFitState(owner: string, state: FitState): void {
  checkState(owner, state, stateFields)
  const { figures, callbacks } = state
  const isFigure = (value: unknown) =>
    Number.isFinite(value) || value === 'NaN' || value === 'Infinity' || value === '-Infinity'
  if (!Array.isArray(figures) || !figures.every((sums) => Array.isArray(sums) && sums.every(isFigure)))
    throw new DataError(`The saved state of ${owner} is damaged: 'figures' must be lists of numbers.`)
  if (!Array.isArray(callbacks))
    throw new DataError(`The saved state of ${owner} is damaged: 'callbacks' must be a list.`)
}

/** Throws `DataError` where a state is at a batch that the data does not have. `total` is the batches of a pass, if known. */
export function requireBatches(owner: string, { batches }: FitState, total: number | undefined): void {
  if (total === undefined || batches <= total) return
  throw new DataError(
    `${owner}: the saved state is at batch ${batches} of a pass over the data, which now has ${total} batches. Give the data and the batch size of the saved run.`,
  )
}

/** Reads the sums of losses and metrics as data. JSON has no NaN and no infinities, so these become texts. */
export async function readFigures<T>(tracker: T): Promise<FitState['figures']> {
  const values = await Promise.all(treeLeaves(tracker as Tree).map((leaf) => leaf.data()))
  return values.map((data) => Array.from(data, (value) => (Number.isFinite(value) ? value : String(value))))
}

/** Returns a tracker with sums that `readFigures` returned; no sums leave it as it is. Throws `DataError` for those of other metrics. */
export function restoreFigures<T>(tracker: T, figures: FitState['figures']): T {
  if (figures.length === 0) return tracker
  const leaves: Tensor[] = treeLeaves(tracker as Tree)
  if (leaves.length !== figures.length || leaves.some(({ size }, index) => size !== figures[index]!.length)) {
    throw new DataError(
      'The saved state of fit belongs to other losses or metrics. Compile the model as it was compiled when the state was saved.',
    )
  }
  const restored = leaves.map(({ shape, dtype }, index) => {
    const data = hostArray(dtype, figures[index]!.length)
    data.set(figures[index]!.map(Number))
    return toDevice({ data, shape, dtype })
  })
  const result = treeReplace(tracker as Tree, restored) as T
  disposeTree(tracker)
  return result
}
