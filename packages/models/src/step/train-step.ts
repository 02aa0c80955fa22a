import { valueAndGrad } from '@gradus/autograd'
import { ConfigError, type Gradients, type LayerTrees, mergeParameters } from '@gradus/core'
import { isFinite, logicalAnd, type Tensor, type Tree } from '@gradus/tensor'
import { ModelStep, type StepSetup } from './model-step.ts'
import type { OptimizerStates, Optimizers } from './optimizers.ts'
import { constrained } from './parameters.ts'

/** The arguments of a train step. */
export interface TrainSetup extends StepSetup {
  readonly optimizers: Optimizers
  readonly optimizer: OptimizerStates
  /** The parameters that training may change. */
  readonly trainable: LayerTrees
}

/** The results of a train step. */
export interface TrainResult {
  readonly trainable: LayerTrees
  readonly state: LayerTrees
  readonly optimizer: OptimizerStates
  /** Whether all losses and gradients were finite, bool scalar; undefined if there was no update. */
  readonly finite: Tensor | undefined
}

/** A loss with its gradients, by the paths of the layers and the keys of their parameters. */
export interface LossGradients {
  readonly loss: Tensor
  readonly gradients: LayerTrees
}

/**
 * The argument `step` of `trainStep`: calls layers, computes losses and gradients, and updates parameters. It is pure: an update
 * makes new parameters, which later calls in the step use, and which are the model's after the step.
 *
 * @example
 * import { Dense } from '@gradus/layers'
 * import { MeanSquaredError } from '@gradus/losses'
 * import { Sequential } from '@gradus/models'
 * import { SGD } from '@gradus/optimizers'
 * import { mul } from '@gradus/tensor'
 * class Doubled extends Sequential {
 *   trainStep({ x }, step) {
 *     return { loss: step.minimize(() => mul(2, step.loss(step.callAll(this, x)))) }
 *   }
 * }
 * const model = new Doubled([new Dense({ units: 1, kernelInitializer: 'zeros' })])
 * model.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
 * const { loss } = await model.trainOnBatch([[1]], [3])
 * loss // => 18
 */
export class TrainStep extends ModelStep {
  protected trainable: LayerTrees
  private optimizer: OptimizerStates
  private finite: Tensor | undefined

  constructor(protected override readonly setup: TrainSetup) {
    super(setup)
    this.trainable = setup.trainable
    this.optimizer = setup.optimizer
  }

  protected override get training(): boolean {
    return true
  }

  /**
   * Runs one update that minimizes a loss, and returns the loss. `lossOf` computes it, a floating scalar; the losses that layers
   * add during the call and the penalties on parameters are added to it. With several optimizers, `name` selects one, which
   * updates the parameters of its part of the model.
   */
  minimize(lossOf: () => Tensor): Tensor
  minimize(name: string, lossOf: () => Tensor): Tensor
  minimize(name: string | (() => Tensor), lossOf?: () => Tensor): Tensor {
    const [part, body] = typeof name === 'string' ? [name, lossOf!] : [undefined, name]
    const { loss, gradients } = this.gradients(body, part)
    this.update(gradients, part)
    return loss
  }

  /** Returns the loss of `minimize` and its gradients, for steps that change the gradients before `update`. */
  gradients(lossOf: () => Tensor, name?: string): LossGradients {
    const { optimizers } = this.setup
    const optimizer = optimizers.get(name)
    const state = optimizers.stateOf(this.optimizer, name)
    const lossWith = (params: LayerTrees): readonly [Tensor, Tensor] => {
      const loss = this.withParams(params, () => this.totalWith(lossOf, params))
      if (loss === this.noLoss) {
        throw new ConfigError(
          'There is no loss to minimize. Give compile a loss and fit its targets, or add a loss in a layer with scope.addLoss.',
        )
      }
      return [optimizer.scaleLoss(loss, state), loss]
    }
    const [[, loss], gradients] = valueAndGrad(lossWith)(optimizers.owned(name ?? '', this.trainable))
    const finite = logicalAnd(isFinite(loss), optimizer.accepts(gradients as Gradients, state))
    this.finite = this.finite ? logicalAnd(this.finite, finite) : finite
    return { loss, gradients }
  }

  /** Updates parameters by gradients, a tree like the one that `gradients` returns. */
  update(gradients: LayerTrees, name?: string): void {
    const { optimizers, model } = this.setup
    const owned = optimizers.owned(name ?? '', this.trainable)
    const state = optimizers.stateOf(this.optimizer, name)
    const [updated, next] = optimizers.get(name).update(gradients as Gradients, state, owned as Tree)
    const changed = constrained(model, updated as LayerTrees)
    this.trainable = { ...this.trainable, ...changed }
    this.params = mergeParameters(this.params, changed)
    this.optimizer = optimizers.withState(this.optimizer, name ?? '', next)
  }

  /** The parameters and states after the step. */
  get result(): TrainResult {
    const { trainable, states, optimizer, finite } = this
    return { trainable, state: states, optimizer, finite }
  }

  private withParams<T>(params: LayerTrees, body: () => T): T {
    const before = this.params
    this.params = mergeParameters(before, params)
    try {
      return body()
    } finally {
      this.params = before
    }
  }
}
