import { ConfigError, copyOf, type Gradients, Optimizer, type OptimizerState, type Schedule } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'

/** The options of every optimizer that an optimizer around others does not take. */
const innerOptions = [
  'learningRate',
  'weightDecay',
  'excludeFromWeightDecay',
  'clipNorm',
  'globalClipNorm',
  'clipValue',
  'useEma',
  'emaMomentum',
  'emaOverwriteFrequency',
  'gradientAccumulationSteps',
]

// values in the configs of early versions of Keras 3, which have no effect
const ignored: Readonly<Record<string, unknown>> = { useEma: false, emaMomentum: 0.99 }

/** Throws `ConfigError` for options that have to be set on the optimizer in the option `place`. */
export function refuseInnerOptions(type: string, config: object, place: string): void {
  for (const [option, value] of Object.entries(config)) {
    if (!innerOptions.includes(option) || value === undefined || value === null || value === ignored[option]) continue
    throw new ConfigError(`${type} does not take '${option}'. Set it on the optimizer in '${place}'.`)
  }
}

/** A copy of an optimizer that does not scale the loss. */
export function withoutLossScale(optimizer: Optimizer): Optimizer {
  return optimizer.config.lossScaleFactor === undefined ? optimizer : copyOf(optimizer, { lossScaleFactor: undefined })
}

/** An optimizer that scales the loss and passes everything else to another. Its state is that of the other. */
export abstract class WrappedOptimizer<C extends object> extends Optimizer<C> {
  private readonly inner: Optimizer

  /** `place` is the option with the inner optimizer. */
  protected constructor(config: C, place: keyof C & string) {
    super(...([config] as unknown as ConstructorParameters<typeof Optimizer<C>>))
    refuseInnerOptions(this.type, this.config, place)
    this.inner = withoutLossScale((this.options as Readonly<Record<string, Optimizer>>)[place]!)
  }

  override get learningRate(): number | Schedule {
    return this.inner.learningRate
  }

  override get averages(): boolean {
    return this.inner.averages
  }

  override init(params: object): OptimizerState {
    const state = this.inner.init(params)
    return { ...state, lossScale: this.initialLossScale(state.iteration) }
  }

  override rateAt(iteration: Tensor, state: OptimizerState): Tensor {
    return this.inner.rateAt(iteration, state)
  }

  override finalize<P extends object>(params: P, state: OptimizerState): P {
    return this.inner.finalize(params, state)
  }

  protected override isFinite(grads: Gradients, state: OptimizerState): Tensor {
    return this.inner.accepts(grads, state)
  }

  protected override updateWith<P extends object>(
    gradients: ReadonlyMap<string, Tensor>,
    state: OptimizerState,
    params: P,
  ): [P, OptimizerState] {
    return this.inner.update(Object.fromEntries(gradients), state, params)
  }

  // `inner` does the steps
  protected step(param: Tensor, _gradient: Tensor, slots: Readonly<Record<string, Tensor>>) {
    return [param, slots] as const
  }
}
