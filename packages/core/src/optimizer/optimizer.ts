import {
  add,
  cast,
  type DType,
  div,
  equal,
  formatShape,
  full,
  greater,
  logicalOr,
  mod,
  mul,
  ShapeError,
  sameShape,
  sub,
  type Tensor,
  type Tree,
  treeForEach,
  treeLeaves,
  treeMap,
  where,
  zerosLike,
} from '@gradus/tensor'
import { type ConfigArgument, Configured } from '../config/configured.ts'
import type { FieldTable } from '../config/fields.ts'
import { snakeCase } from '../config/names.ts'
import type { Schedule } from '../contracts/schedule.ts'
import { ConfigError } from '../errors.ts'
import { clipGradients } from './clipping.ts'
import { byPath, leafAt, mapValues, replant } from './leaves.ts'
import { allFinite, firstLossScale, type LossScaleState, nextLossScale } from './loss-scale.ts'
import {
  checkOptimizerOptions,
  type OptimizerConfig,
  type OptimizerOptions,
  optimizerFields,
} from './optimizer-config.ts'

export { learningRateTypes, type OptimizerConfig } from './optimizer-config.ts'

/** Everything an optimizer remembers; all of it tensors, so that it can be compiled, donated and saved. */
export interface OptimizerState {
  readonly [key: string]: Tree
  /** Calls of `update` so far, int32 scalar. */
  readonly iteration: Tensor
  /** The rate of the next update, float32 scalar. Where the rate is a number it may be replaced; a schedule overwrites it. */
  readonly learningRate: Tensor
  /** Slot name to a tree like the parameters. */
  readonly slots: { readonly [name: string]: Tree }
  /** Values that belong to no single parameter. */
  readonly shared: { readonly [name: string]: Tensor }
  /** Sums of gradients, like the parameters; `{}` without accumulation. */
  readonly accumulated: Tree
  /** Moving averages, like the parameters; `{}` without EMA. */
  readonly average: Tree
  /** `{}` unless the loss is scaled dynamically. */
  readonly lossScale: LossScaleState | { readonly [key: string]: never }
}

/** Gradients in the form of the parameters; missing and null ones leave their parameter as it is. */
export type Gradients = Tensor | null | undefined | readonly Gradients[] | { readonly [key: string]: Gradients }

/** What `step` may use besides the parameter, in the parameter's dtype. */
export interface StepContext {
  readonly learningRate: Tensor
  /** Number of this update, starting at 1. */
  readonly iteration: Tensor
  /** What `advance` returned for this update. */
  readonly shared: { readonly [name: string]: Tensor }
}

/**
 * Turns gradients into new parameters. A subclass says what it remembers per parameter (`slots`) and how one parameter
 * changes (`step`); clipping, weight decay, moving averages, accumulation, loss scaling and schedules are common to all.
 *
 * Pure and made of ops only, so an update is part of the compiled train step. Order and rounding follow Keras's
 * `BaseOptimizer.apply`: unscale, accumulate, clip, decay, step, average.
 *
 * @example
 * import { Optimizer } from '@gradus/core'
 * import { mul, sign, sub, tensor } from '@gradus/tensor'
 * class SignDescent extends Optimizer {
 *   static readonly type = 'acme/SignDescent'
 *   step(param, gradient, slots, { learningRate }) {
 *     return [sub(param, mul(sign(gradient), learningRate)), slots]
 *   }
 * }
 * const optimizer = new SignDescent({ learningRate: 0.5, clipNorm: 1 })
 * const params = { w: tensor([1, 2]) }
 * const [next] = optimizer.update({ w: tensor([3, -4]) }, optimizer.init(params), params)
 * next.w.array() // => [0.5, 2.5]
 */
export abstract class Optimizer<C extends object = object> extends Configured<'optimizer', C & OptimizerConfig> {
  static readonly kind = 'optimizer'
  static override readonly fields: FieldTable = optimizerFields

  constructor(...config: ConfigArgument<C & OptimizerConfig>) {
    super(...config)
    checkOptimizerOptions(this.type, this.common)
  }

  get name(): string {
    return this.common.name ?? snakeCase(this.type)
  }

  /** The configured rate: a number or a schedule. */
  get learningRate(): number | Schedule {
    return this.common.learningRate
  }

  // a subclass declares the type of `options` by its own fields
  private get common(): OptimizerOptions {
    return this.options as OptimizerOptions
  }

  /** The state before the first update of `params`. */
  init(params: Tree): OptimizerState {
    const { useEma, gradientAccumulationSteps } = this.common
    const leaves = byPath(params)
    const slots = mapValues(leaves, (param) => this.slots(param))
    const names = new Set([...slots.values()].flatMap((made) => Object.keys(made)))
    const slotTree = (name: string) => {
      const leavesOfSlot = mapValues(slots, (made) => slotOf(this.type, made, name))
      return replant(params, leavesOfSlot)
    }
    const like = [...leaves.values()][0]
    const iteration = full([], 0, 'int32', like)
    return {
      iteration,
      learningRate:
        typeof this.learningRate === 'number'
          ? full([], this.learningRate, 'float32', like)
          : this.learningRate.at(iteration),
      slots: Object.fromEntries([...names].map((name) => [name, slotTree(name)])),
      shared: this.shared(),
      accumulated: gradientAccumulationSteps ? treeMap(zerosLike, params) : {},
      average: useEma ? treeMap(zerosLike, params) : {},
      lossScale: this.scalesDynamically ? firstLossScale(like) : {},
    }
  }

  /** The parameters and the state after one more call with `grads`, which have the form of `params`. */
  update<P extends Tree>(grads: Gradients, state: OptimizerState, params: P): [P, OptimizerState] {
    const gradients = collectGradients(grads, byPath(params))
    const unscaled = this.unscale(gradients, state)
    const [next, nextState] = this.updateWith(unscaled, state, params)
    if (!this.scalesDynamically) return [next, nextState]
    const finite = allFinite([...gradients.values()])
    const keep = (now: Tensor, before: Tensor) => where(finite, now, before)
    const lossScale = nextLossScale(state.lossScale as LossScaleState, finite)
    return [treeMap(keep, next, params), { ...treeMap(keep, nextState, state), lossScale }]
  }

  /** Whether gradients are such that training can go on: finite, or too large for the present scale of the loss only. */
  accepts(grads: Gradients, state: OptimizerState): Tensor {
    const finite = allFinite(treeLeaves(grads))
    return this.scalesDynamically ? logicalOr(finite, greater((state.lossScale as LossScaleState).factor, 1)) : finite
  }

  private updateWith<P extends Tree>(
    fresh: ReadonlyMap<string, Tensor>,
    state: OptimizerState,
    params: P,
  ): [P, OptimizerState] {
    const { gradientAccumulationSteps: every, useEma, emaOverwriteFrequency: frequency } = this.common
    const calls = state.iteration
    // Keras counts updates where bias is corrected and averages start, and calls where schedules are asked
    const updates = every ? div(calls, every) : calls
    const due = every ? equal(mod(add(calls, 1), every), 0) : undefined
    const old = byPath(params)
    const summed = every ? mergeSums(fresh, byPath(state.accumulated)) : undefined
    const mean = summed && every ? mapValues(fresh, (_, path) => div(summed.get(path)!, every)) : fresh
    const stepped = this.stepAll(clipGradients(mean, this.common), state, updates, old)
    const keep = (next: Tensor, previous: Tensor) => (due ? where(due, next, previous) : next)

    let next = mapValues(old, (param, path) => keep(leafAt(stepped.params, path, 'value'), param))
    let average = state.average
    if (useEma) {
      const averages = this.averageOf(next, byPath(state.average), updates)
      average = replant(params, averages)
      if (frequency) {
        const overwrite = equal(mod(add(updates, 1), frequency), 0)
        next = mapValues(next, (param, path) => where(overwrite, leafAt(averages, path, 'average'), param))
      }
    }
    const left = summed && due && mapValues(summed, (total) => where(due, 0, total))
    const accumulated = left ? replant(params, left) : state.accumulated
    const iteration = add(calls, 1)
    return [
      replant(params, next),
      {
        ...state,
        iteration,
        learningRate: this.rateAt(iteration, state),
        slots: treeMap(keep, stepped.slots, state.slots),
        shared: treeMap(keep, stepped.shared, state.shared),
        accumulated,
        average,
      },
    ]
  }

  /** The parameters at the end of training: their moving average with `useEma`, otherwise themselves. */
  finalize<P extends Tree>(params: P, state: OptimizerState): P {
    return this.common.useEma ? replant(params, byPath(state.average)) : params
  }

  /** The loss to differentiate: multiplied by the scale, by which `update` divides the gradients again. */
  scaleLoss(loss: Tensor, state: OptimizerState): Tensor {
    const factor = this.lossScale(state, loss.dtype)
    return factor ? mul(loss, factor) : loss
  }

  /** The learning rate (float32 scalar) of the call number `iteration` (int32 scalar, from 0). */
  rateAt(iteration: Tensor, state: OptimizerState): Tensor {
    const { learningRate } = this
    return typeof learningRate === 'number' ? state.learningRate : learningRate.at(iteration)
  }

  /** What is remembered about one parameter, at the start; under the same names for every parameter. */
  protected slots(_param: Tensor): Record<string, Tensor> {
    return {}
  }

  /** One parameter and its slots after an update. */
  protected abstract step(
    param: Tensor,
    gradient: Tensor,
    slots: Readonly<Record<string, Tensor>>,
    context: StepContext,
  ): readonly [Tensor, Readonly<Record<string, Tensor>>]

  /** What is remembered once for all parameters, at the start. */
  protected shared(): Record<string, Tensor> {
    return {}
  }

  /** The shared values of this update; called once, before the parameters step. */
  protected advance(
    shared: Readonly<Record<string, Tensor>>,
    _context: Omit<StepContext, 'shared'>,
  ): Readonly<Record<string, Tensor>> {
    return shared
  }

  private stepAll(
    gradients: ReadonlyMap<string, Tensor>,
    state: OptimizerState,
    updates: Tensor,
    params: ReadonlyMap<string, Tensor>,
  ) {
    const rate = this.rateAt(state.iteration, state)
    const context = (dtype: DType) => ({ learningRate: cast(rate, dtype), iteration: cast(add(updates, 1), dtype) })
    const shared = this.advance(state.shared, context('float32'))
    const contexts = new Map<DType, StepContext>()
    const slots = new Map(Object.entries(state.slots).map(([name, tree]) => [name, byPath(tree)]))
    const next = new Map(params)
    for (const [path, gradient] of gradients) {
      const param = params.get(path)!
      let own = contexts.get(param.dtype)
      if (!own) contexts.set(param.dtype, (own = { ...context(param.dtype), shared }))
      const before = Object.fromEntries([...slots].map(([name, leaves]) => [name, leafAt(leaves, path, name)]))
      const [after, afterSlots] = this.step(this.decay(param, path, own.learningRate), gradient, before, own)
      next.set(path, after)
      for (const [name, leaves] of slots) leaves.set(path, slotOf(this.type, afterSlots, name))
    }
    return {
      params: next,
      shared,
      slots: Object.fromEntries([...slots].map(([name, leaves]) => [name, replant(state.slots[name]!, leaves)])),
    }
  }

  private unscale(gradients: ReadonlyMap<string, Tensor>, state: OptimizerState): ReadonlyMap<string, Tensor> {
    return mapValues(gradients, (gradient) => {
      const factor = this.lossScale(state, gradient.dtype)
      return factor ? div(gradient, factor) : gradient
    })
  }

  private get scalesDynamically(): boolean {
    return this.common.lossScaleFactor === 'dynamic'
  }

  private lossScale(state: OptimizerState, dtype: DType): number | Tensor | undefined {
    const { lossScaleFactor } = this.common
    return lossScaleFactor === 'dynamic' ? cast((state.lossScale as LossScaleState).factor, dtype) : lossScaleFactor
  }

  private decay(param: Tensor, path: string, learningRate: Tensor): Tensor {
    const { weightDecay, excludeFromWeightDecay } = this.common
    const excluded = excludeFromWeightDecay?.some((name) => `.${path}.`.includes(`.${name}.`))
    return weightDecay && !excluded ? sub(param, mul(mul(param, weightDecay), learningRate)) : param
  }

  // average = m * average + (1 - m) * w, with m = 0 at the first update
  private averageOf(
    params: ReadonlyMap<string, Tensor>,
    averages: ReadonlyMap<string, Tensor>,
    updates: Tensor,
  ): Map<string, Tensor> {
    const first = equal(updates, 0)
    return mapValues(params, (param, path) => {
      const momentum = where(first, full([], 0, param.dtype, param), this.common.emaMomentum)
      return add(mul(leafAt(averages, path, 'average'), momentum), mul(param, sub(1, momentum)))
    })
  }
}

function slotOf(optimizer: string, slots: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const slot = slots[name]
  if (slot) return slot
  throw new TypeError(
    `${optimizer}: the slot '${name}' is missing in what slots() or step() returned; both must give the same names for every parameter.`,
  )
}

function mergeSums(gradients: ReadonlyMap<string, Tensor>, sums: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return mapValues(sums, (total, path) => {
    const gradient = gradients.get(path)
    return gradient ? add(gradient, total) : total
  })
}

/** The gradients that exist, by path; they must have the shapes of their parameters. */
function collectGradients(tree: Gradients, params: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const gradients = new Map<string, Tensor>()
  treeForEach(tree, (gradient, path) => {
    const param = params.get(path)
    if (!param)
      throw new ConfigError(
        `There is a gradient for '${path}' and no such parameter; give gradients in the form of the parameters (${[...params.keys()].join(', ')}).`,
      )
    if (!sameShape(gradient.shape, param.shape)) {
      throw new ShapeError(
        `The gradient for '${path}' has shape ${formatShape(gradient.shape)} and the parameter ${formatShape(param.shape)}; they must be equal.`,
      )
    }
    gradients.set(path, gradient)
  })
  if (gradients.size === 0 && params.size > 0) {
    throw new ConfigError(
      `There is no gradient for any of the parameters ${[...params.keys()].join(', ')}; the loss does not depend on them.`,
    )
  }
  return gradients
}
