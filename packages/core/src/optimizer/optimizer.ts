import {
  abs,
  add,
  cast,
  type DType,
  div,
  equal,
  floorDivide,
  full,
  greater,
  isFinite,
  logicalOr,
  mod,
  mul,
  sub,
  sum,
  Tensor,
  type Tree,
  treeLeaves,
  treeMap,
  where,
  zerosLike,
} from '@gradus/tensor'
import { type ConfigArgument, Configured } from '../config/configured.ts'
import { describeValue } from '../config/describe.ts'
import type { FieldTable } from '../config/fields.ts'
import { snakeCase } from '../config/names.ts'
import { requireMethod, tensorFrom, wrongResult } from '../config/own-methods.ts'
import type { Schedule } from '../contracts/schedule.ts'
import { ConfigError } from '../errors.ts'
import { clipGradients } from './clipping.ts'
import { addToSums, collectGradients, type Gradients } from './gradients.ts'
import { byPath, leafAt, mapValues, replaceLeaves } from './leaves.ts'
import {
  allFinite,
  defaultLossScaling,
  initialLossScale,
  type LossScaleState,
  type LossScaling,
  nextLossScale,
} from './loss-scale.ts'
import { movingAverages } from './moving-average.ts'
import {
  checkOptimizerOptions,
  type OptimizerConfig,
  type OptimizerOptions,
  optimizerFields,
} from './optimizer-config.ts'
import type { OptimizerState } from './optimizer-state.ts'

export type { Gradients } from './gradients.ts'
export type { LossScaling } from './loss-scale.ts'
export { learningRateTypes, type OptimizerConfig } from './optimizer-config.ts'
export type { OptimizerState } from './optimizer-state.ts'

/** The last argument of `step`, in the dtype of the parameter. */
export interface StepContext {
  /** The learning rate of this update, a scalar. */
  readonly learningRate: Tensor
  /** The number of this update, from 1, a scalar. */
  readonly iteration: Tensor
  /** The path of the parameter, such as `dense.kernel`. */
  readonly path: string
  /** The result of `advance` for this update, float32. */
  readonly shared: { readonly [name: string]: Tensor }
}

/**
 * The base class of optimizers, which compute new parameters from gradients. A subclass defines the state of one parameter
 * (`slots`) and the update of one parameter (`step`); clipping, weight decay, moving averages, accumulation, loss scaling and
 * schedules are common to all.
 *
 * An optimizer is pure and consists of ops, so an update can be part of a compiled train step. Order and rounding follow Keras's
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
    checkOptimizerOptions(this.type, this.commonOptions)
  }

  /** The name, by default the type in snake_case. */
  get name(): string {
    return this.commonOptions.name ?? snakeCase(this.type)
  }

  /** The configured rate: a number or a schedule. A model has the current rate: `model.learningRate`, which may be set. */
  get learningRate(): number | Schedule {
    return this.commonOptions.learningRate
  }

  set learningRate(value: number | Schedule) {
    throw new ConfigError(
      `The options of ${this.type} do not change, so learningRate cannot be set. Set that of the model, as in model.learningRate = ${describeValue(value)}, which also gives the current rate.`,
    )
  }

  // subclasses declare another type for `options`
  private get commonOptions(): OptimizerOptions {
    return this.options as OptimizerOptions
  }

  /** The state before the first update of `params`. */
  init(params: object): OptimizerState {
    requireMethod(this, 'step(param, gradient, slots, context)', 'update_step')
    const { useEma, gradientAccumulationSteps } = this.commonOptions
    const leaves = byPath(params)
    const slots = mapValues(leaves, (param, path) => this.slots(param, path))
    const names = new Set([...slots.values()].flatMap((made) => Object.keys(made)))
    const slotTree = (name: string) => {
      const leavesOfSlot = mapValues(slots, (made) => slotOf(this.type, made, name))
      return replaceLeaves(params, leavesOfSlot) as Tree
    }
    const like = [...leaves.values()][0]
    const iteration = full([], 0, 'int32', like)
    return {
      iteration,
      learningRate:
        typeof this.learningRate === 'number'
          ? full([], this.learningRate, 'float32', like)
          : rateOf(this.learningRate, iteration),
      slots: Object.fromEntries([...names].map((name) => [name, slotTree(name)])),
      shared: this.shared(),
      accumulated: gradientAccumulationSteps ? (treeMap(zerosLike, params) as Tree) : {},
      average: useEma ? (treeMap(zerosLike, params) as Tree) : {},
      lossScale: this.initialLossScale(like),
    }
  }

  /** The loss scale before the first update, `{}` unless it is dynamic. `like` is a tensor on the backend in use. */
  protected initialLossScale(like: Tensor | undefined): OptimizerState['lossScale'] {
    const { lossScaling } = this
    return lossScaling ? initialLossScale(lossScaling, like) : {}
  }

  /**
   * The parameters and the state after an update with `grads`, which have the form of `params`. Throws `ConfigError` for
   * gradients without a parameter, for none at all and for a state of other parameters; `ShapeError` for gradients of another
   * shape than their parameter.
   */
  update<P extends object>(grads: Gradients, state: OptimizerState, params: P): [P, OptimizerState] {
    const gradients = collectGradients(grads, byPath(params))
    const unscaled = this.unscale(gradients, state)
    const [next, nextState] = this.updateWith(unscaled, state, params)
    const { lossScaling } = this
    if (!lossScaling) return [next, nextState]
    const finite = allFinite([...gradients.values()])
    const keep = (now: Tensor, before: Tensor) => where(finite, now, before)
    const lossScale = nextLossScale(lossScaling, state.lossScale as LossScaleState, finite)
    return [treeMap(keep, next, params), { ...treeMap(keep, nextState, state), lossScale }]
  }

  /**
   * Whether training can continue with these gradients: they and the products of their `magnitude` with the learning rate are
   * finite, or the loss scale can still be reduced. Bool scalar.
   */
  accepts(grads: Gradients, state: OptimizerState): Tensor {
    const finite = this.isFinite(grads, state)
    return this.lossScaling ? logicalOr(finite, greater((state.lossScale as LossScaleState).factor, 1)) : finite
  }

  /** Whether the gradients and the product of their `magnitude` with the learning rate are finite. Bool scalar. */
  protected isFinite(grads: Gradients, state: OptimizerState): Tensor {
    const rate = this.rateAt(state.iteration, state)
    const sums = treeLeaves(grads).map((leaf) => sum(cast(this.magnitude(leaf), 'float32')))
    return isFinite(mul(sums.reduce(add), rate))
  }

  /**
   * The parameters and the state after an update with gradients that are divided by the loss scale, by path. Optimizers that
   * pass the update to others override it.
   */
  protected updateWith<P extends object>(
    gradients: ReadonlyMap<string, Tensor>,
    state: OptimizerState,
    params: P,
  ): [P, OptimizerState] {
    const {
      gradientAccumulationSteps: every,
      useEma,
      emaMomentum,
      emaOverwriteFrequency: frequency,
    } = this.commonOptions
    const calls = state.iteration
    // as in Keras, bias correction and averages depend on the number of updates, schedules on the number of calls
    const updates = every ? floorDivide(calls, every) : calls
    const isDue = every ? equal(mod(add(calls, 1), every), 0) : undefined
    const old = byPath(params)
    const sums = every ? addToSums(byPath(state.accumulated), gradients) : undefined
    const mean = sums && every ? mapValues(gradients, (_, path) => div(sums.get(path)!, every)) : gradients
    const stepped = this.stepAll(clipGradients(mean, this.commonOptions), state, updates, old)
    const keep = (next: Tensor, previous: Tensor) => (isDue ? where(isDue, next, previous) : next)

    let next = mapValues(old, (param, path) => keep(leafAt(stepped.params, path, 'value'), param))
    let average = state.average
    if (useEma) {
      const averages = movingAverages(next, byPath(state.average), updates, emaMomentum)
      average = replaceLeaves(params, averages) as Tree
      if (frequency) {
        const overwrite = equal(mod(add(updates, 1), frequency), 0)
        next = mapValues(next, (param, path) => where(overwrite, leafAt(averages, path, 'average'), param))
      }
    }
    const remaining = sums && isDue && mapValues(sums, (sum) => where(isDue, 0, sum))
    const accumulated = remaining ? (replaceLeaves(params, remaining) as Tree) : state.accumulated
    const iteration = add(calls, 1)
    return [
      replaceLeaves(params, next),
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

  /** Whether `finalize` changes parameters: `useEma`. */
  get averages(): boolean {
    return this.commonOptions.useEma
  }

  /** The parameters at the end of training: their moving averages with `useEma`, otherwise the parameters themselves. */
  finalize<P extends object>(params: P, state: OptimizerState): P {
    return this.commonOptions.useEma ? replaceLeaves(params, byPath(state.average)) : params
  }

  /** The loss to differentiate: multiplied by the loss scale. `update` divides the gradients by it. */
  scaleLoss(loss: Tensor, state: OptimizerState): Tensor {
    const factor = this.lossScale(state, loss.dtype)
    return factor ? mul(loss, factor) : loss
  }

  /** The learning rate, float32 scalar, of call number `iteration`, int32 scalar from 0. */
  rateAt(iteration: Tensor, state: OptimizerState): Tensor {
    const { learningRate } = this
    return typeof learningRate === 'number' ? state.learningRate : rateOf(learningRate, iteration)
  }

  /**
   * The initial state of one parameter, with the same names for every parameter. A slot that this parameter does not need is a
   * scalar.
   */
  protected slots(_param: Tensor, _path: string): Record<string, Tensor> {
    return {}
  }

  /** The weight decay of one parameter, without regard to `excludeFromWeightDecay`. */
  protected weightDecayOf(_param: Tensor, _path: string): number | undefined {
    return this.commonOptions.weightDecay
  }

  /**
   * The largest value that `step` computes from a gradient alone: by default its absolute value, and its square for optimizers that
   * keep squares. If the sum of these values or its product with the learning rate overflows, the step is not done.
   */
  protected magnitude(gradient: Tensor): Tensor {
    return abs(gradient)
  }

  /** One parameter and its slots after an update. */
  protected abstract step(
    param: Tensor,
    gradient: Tensor,
    slots: Readonly<Record<string, Tensor>>,
    context: StepContext,
  ): readonly [Tensor, Readonly<Record<string, Tensor>>]

  /** The initial state that all parameters share. */
  protected shared(): Record<string, Tensor> {
    return {}
  }

  /** The new shared state. Called once per update, before `step`. */
  protected advance(
    shared: Readonly<Record<string, Tensor>>,
    _context: Omit<StepContext, 'shared' | 'path'>,
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
    const contexts = new Map<DType, Omit<StepContext, 'path'>>()
    const slots = new Map(Object.entries(state.slots).map(([name, tree]) => [name, byPath(tree)]))
    const next = new Map(params)
    for (const [path, gradient] of gradients) {
      const param = params.get(path)!
      let stepContext = contexts.get(param.dtype)
      if (!stepContext) contexts.set(param.dtype, (stepContext = { ...context(param.dtype), shared }))
      const before = Object.fromEntries([...slots].map(([name, leaves]) => [name, leafAt(leaves, path, name)]))
      const decayed = this.decay(param, path, stepContext.learningRate)
      const result: unknown = this.step(decayed, gradient, before, { ...stepContext, path })
      if (!isStepResult(result)) throw wrongResult(`${this.type}.step`, result, 'a list [parameter, slots]')
      const [after, afterSlots] = result
      next.set(path, after)
      for (const [name, leaves] of slots) leaves.set(path, slotOf(this.type, afterSlots, name))
    }
    return {
      params: next,
      shared,
      slots: Object.fromEntries([...slots].map(([name, leaves]) => [name, replaceLeaves(state.slots[name]!, leaves)])),
    }
  }

  private unscale(gradients: ReadonlyMap<string, Tensor>, state: OptimizerState): ReadonlyMap<string, Tensor> {
    return mapValues(gradients, (gradient) => {
      const factor = this.lossScale(state, gradient.dtype)
      return factor ? div(gradient, factor) : gradient
    })
  }

  /** How the loss scale changes; undefined unless it is dynamic. */
  protected get lossScaling(): LossScaling | undefined {
    return this.commonOptions.lossScaleFactor === 'dynamic' ? defaultLossScaling : undefined
  }

  private lossScale(state: OptimizerState, dtype: DType): number | Tensor | undefined {
    const { lossScaleFactor } = this.commonOptions
    return lossScaleFactor === 'dynamic' ? cast((state.lossScale as LossScaleState).factor, dtype) : lossScaleFactor
  }

  private decay(param: Tensor, path: string, learningRate: Tensor): Tensor {
    const { excludeFromWeightDecay } = this.commonOptions
    const weightDecay = this.weightDecayOf(param, path)
    const excluded = excludeFromWeightDecay?.some((name) => `.${path}.`.includes(`.${name}.`))
    return weightDecay && !excluded ? sub(param, mul(mul(param, weightDecay), learningRate)) : param
  }
}

function rateOf(schedule: Schedule, iteration: Tensor): Tensor {
  return tensorFrom(`${schedule.type}.at`, schedule.at(iteration))
}

function isStepResult(value: unknown): value is readonly [Tensor, Readonly<Record<string, Tensor>>] {
  return Array.isArray(value) && value[0] instanceof Tensor
}

function slotOf(optimizer: string, slots: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const slot = slots[name]
  if (slot) return slot
  throw new TypeError(
    `${optimizer}: the slot '${name}' is missing in what slots() or step() returned; both must give the same names for every parameter.`,
  )
}
