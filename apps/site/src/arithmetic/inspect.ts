import type { OptimizerName } from '../settings/settings.ts'
import { allGradients, gradientOf, type Term, termsOf, type WeightPlace, weightAt, withWeight } from './gradients.ts'
import { type DenseWeights, meanLoss, type Rows } from './network.ts'
import { type Update, type UpdateInput, updateOf } from './update.ts'

/** Values that an optimizer keeps for the weights of one layer. */
export interface Slots {
  readonly kernel: ArrayLike<number>
  readonly bias: ArrayLike<number>
}

/** One train step: the batch and the state before it, and the weights after it unless the step is still to come. */
export interface StepRecord {
  /** The number of the step, counted from 1. */
  readonly step: number
  readonly batch: Rows
  readonly before: readonly DenseWeights[]
  readonly after?: readonly DenseWeights[]
  readonly momentum: readonly Slots[]
  readonly velocity: readonly Slots[]
  readonly learningRate: number
  readonly optimizer: OptimizerName
}

/** One train step of one weight. */
export interface Inspection {
  readonly terms: readonly Term[]
  readonly input: UpdateInput
  readonly update: Update
  /** The weight after the step as Gradus computed it, in single precision; missing for a step that is still to come. */
  readonly gradus?: number
  readonly lossBefore: number
  /** The loss of the same batch after the whole step. */
  readonly lossAfter: number
  /** The loss of the same batch if only this weight had changed. */
  readonly lossAfterThis: number
}

/** Computes one train step of one weight in double precision. */
export function inspect(record: StepRecord, place: WeightPlace): Inspection {
  const { before, batch, after } = record
  const terms = termsOf(before, batch, place)
  const input = inputOf(record, place, gradientOf(terms))
  const update = updateOf(record.optimizer, input)
  return {
    terms,
    input,
    update,
    ...(after && { gradus: weightAt(after, place) }),
    lossBefore: meanLoss(before, batch),
    lossAfter: meanLoss(after ?? updatedNetwork(record), batch),
    lossAfterThis: meanLoss(withWeight(before, place, update.weight), batch),
  }
}

/** The network after a train step, computed in double precision. */
export function updatedNetwork(record: StepRecord): DenseWeights[] {
  const gradients = allGradients(record.before, record.batch)
  const next = (place: WeightPlace, gradient: number) =>
    updateOf(record.optimizer, inputOf(record, place, gradient)).weight
  return record.before.map((dense, layer) => ({
    ...dense,
    kernel: gradients[layer]!.kernel.map((gradient, index) =>
      next({ layer, from: Math.floor(index / dense.units), to: index % dense.units }, gradient),
    ),
    bias: gradients[layer]!.bias.map((gradient, to) => next({ layer, from: -1, to }, gradient)),
  }))
}

function inputOf(record: StepRecord, place: WeightPlace, gradient: number): UpdateInput {
  const slotValue = (slots: readonly Slots[]) => {
    const ofLayer = slots[place.layer]
    if (!ofLayer) return 0
    return (
      (place.from < 0
        ? ofLayer.bias[place.to]
        : ofLayer.kernel[place.from * record.before[place.layer]!.units + place.to]) ?? 0
    )
  }
  return {
    weight: weightAt(record.before, place),
    gradient,
    learningRate: record.learningRate,
    momentum: slotValue(record.momentum),
    velocity: slotValue(record.velocity),
    iteration: record.step,
  }
}
