import { type CallbackContext, type CallbackHooks, Optimizer, type WeightValue } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'

/**
 * Replaces each parameter by its gradient. After one step with it, from the same weights and on the same batch, the parameters
 * are the gradients that another optimizer gets.
 */
export class RevealGradients extends Optimizer {
  static readonly type = 'RevealGradients'

  protected step(_param: Tensor, gradient: Tensor): [Tensor, Record<string, Tensor>] {
    return [gradient, {}]
  }
}

/** Ends training after the first batch. */
export const oneBatch: CallbackHooks = {
  onTrainBatchEnd({ model }: CallbackContext) {
    model.stopTraining = true
  },
}

/** Keeps the weights before and after the first update of a run. */
export class FirstUpdate implements CallbackHooks {
  before: WeightValue[] = []
  after: WeightValue[] = []
  learningRate = Number.NaN

  /** Deleted after the first batch, because `fit` reads figures after every batch where this hook exists. */
  onTrainBatchEnd?: (context: CallbackContext) => Promise<void> = async ({ model }) => {
    this.after = await model.getWeights()
    delete this.onTrainBatchEnd
  }

  async onTrainBegin({ model }: CallbackContext): Promise<void> {
    this.before = await model.getWeights()
    this.learningRate = model.learningRate
  }
}

/** The numbers of one update of one weight. */
export interface Update {
  /** Such as `dense.kernel[0, 7]`. */
  readonly weight: string
  readonly old: number
  readonly gradient: number
  readonly learningRate: number
  /** The weight after plain gradient descent: old - learningRate * gradient. */
  readonly plain: number
  /** The weight after the update. */
  readonly actual: number
}

/** The update of the weight with the largest gradient in the first trainable array of weights. */
export function largestUpdate(
  { before, after, learningRate }: FirstUpdate,
  gradients: readonly WeightValue[],
): Update | undefined {
  const index = before.findIndex(({ trainable }) => trainable)
  const [weights, next, slopes] = [before[index], after[index], gradients[index]]
  if (!weights || !next || !slopes) return undefined
  let at = 0
  slopes.data.forEach((slope: number, i: number) => {
    if (Math.abs(slope) > Math.abs(slopes.data[at]!)) at = i
  })
  const [old, gradient] = [weights.data[at]!, slopes.data[at]!]
  return {
    weight: `${weights.path}${placeOf(at, weights.shape)}`,
    old,
    gradient,
    learningRate,
    plain: old - learningRate * gradient,
    actual: next.data[at]!,
  }
}

function placeOf(index: number, shape: readonly number[]): string {
  const place: number[] = []
  let rest = index
  for (const size of [...shape].reverse()) {
    place.unshift(rest % size)
    rest = Math.floor(rest / size)
  }
  return `[${place.join(', ')}]`
}

/** The formula of gradient descent in words and in numbers, and the update of the optimizer for comparison. */
export function formatUpdate(
  { weight, old, gradient, learningRate, plain, actual }: Update,
  optimizer: string,
): string {
  const number = (value: number) => value.toFixed(7)
  const width = Math.max('plain gradient descent'.length, optimizer.length)
  const change = actual - old
  const line = (name: string, text: string) => `  ${name.padEnd(width)}  ${text}`
  const ratio = Math.abs(change / (learningRate * gradient))
  return [
    '  new weight = old weight - learning rate x gradient',
    '',
    `  The weight ${weight} in the first batch of the first epoch:`,
    '',
    line('old weight', number(old)),
    line('gradient', number(gradient)),
    line('learning rate', String(learningRate)),
    line(
      'plain gradient descent',
      `${number(plain)} = ${number(old)} - ${learningRate} x ${gradient < 0 ? `(${number(gradient)})` : number(gradient)}`,
    ),
    line(
      optimizer,
      `${number(actual)}, a change of ${number(change)}${Number.isFinite(ratio) ? `, ${formatRatio(ratio)} the plain one` : ''}`,
    ),
  ].join('\n')
}

function formatRatio(ratio: number): string {
  return `${ratio >= 100 ? Math.round(ratio) : Number(ratio.toPrecision(2))} times`
}
