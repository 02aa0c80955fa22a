import { valueAndGrad } from '@gradus/autograd'
import type { Gradients, LayerTrees } from '@gradus/core'
import { isFinite, logicalAnd, type Tensor, type Tree } from '@gradus/tensor'
import { ModelStep, type StepSetup } from './model-step.ts'
import type { OptimizerStates, Optimizers } from './optimizers.ts'
import { constrained } from './parameters.ts'

/** What a train step works with. */
export interface TrainSetup extends StepSetup {
  readonly optimizers: Optimizers
  readonly optimizer: OptimizerStates
  /** The parameters that training may change. */
  readonly trainable: LayerTrees
}

/** What a train step has changed. */
export interface TrainResult {
  readonly trainable: LayerTrees
  readonly state: LayerTrees
  readonly optimizer: OptimizerStates
  /** Whether all losses and gradients were finite, bool scalar. */
  readonly finite: Tensor | undefined
}

/** A loss with its gradients, by the paths of the layers and the keys of their parameters. */
export interface LossGradients {
  readonly loss: Tensor
  readonly gradients: LayerTrees
}

/**
 * One step of training, as `trainStep` of a model sees it. Pure: parameters are not changed in place; later calls within the
 * step see the new ones, and `fit` keeps them.
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
   * Makes a loss smaller by one update. `lossOf` computes it, a floating scalar; what layers add to the loss meanwhile and the
   * penalties on the parameters are added. Returns the sum. `name` says which of several optimizers works: it changes the
   * parameters of its part of the model only.
   */
  minimize(lossOf: () => Tensor): Tensor
  minimize(name: string, lossOf: () => Tensor): Tensor
  minimize(name: string | (() => Tensor), lossOf?: () => Tensor): Tensor {
    const [part, body] = typeof name === 'string' ? [name, lossOf!] : [undefined, name]
    const { loss, gradients } = this.gradients(body, part)
    this.update(gradients, part)
    return loss
  }

  /** The loss that `minimize` would make smaller, and its gradients, for a step that changes them before `update`. */
  gradients(lossOf: () => Tensor, name?: string): LossGradients {
    const { optimizers } = this.setup
    const optimizer = optimizers.get(name)
    const state = optimizers.stateOf(this.optimizer, name)
    const lossWith = (own: LayerTrees): readonly [Tensor, Tensor] => {
      const loss = this.withParams(own, () => this.totalWith(lossOf, own))
      return [optimizer.scaleLoss(loss, state), loss]
    }
    const [[, loss], gradients] = valueAndGrad(lossWith)(optimizers.owned(name ?? '', this.trainable))
    const finite = logicalAnd(isFinite(loss), optimizer.accepts(gradients as Gradients, state))
    this.finite = this.finite ? logicalAnd(this.finite, finite) : finite
    return { loss, gradients }
  }

  /** One update with gradients as `gradients` returns them. */
  update(gradients: LayerTrees, name?: string): void {
    const { optimizers, model } = this.setup
    const owned = optimizers.owned(name ?? '', this.trainable)
    const state = optimizers.stateOf(this.optimizer, name)
    const [updated, next] = optimizers.get(name).update(gradients as Gradients, state, owned as Tree)
    const changed = constrained(model, updated as LayerTrees)
    this.trainable = { ...this.trainable, ...changed }
    this.params = { ...this.params, ...changed }
    this.optimizer = optimizers.withState(this.optimizer, name ?? '', next)
  }

  /** What the step has changed. */
  get result(): TrainResult {
    const { trainable, states, optimizer, finite } = this
    return { trainable, state: states, optimizer, finite }
  }

  private withParams<T>(own: LayerTrees, body: () => T): T {
    const before = this.params
    this.params = { ...before, ...own }
    try {
      return body()
    } finally {
      this.params = before
    }
  }
}

/** A train step on shapes alone: its layers get to know the shapes of their inputs, and nothing is updated. */
export class ShapeStep extends TrainStep {
  override gradients(lossOf: () => Tensor): LossGradients {
    return { loss: this.totalWith(lossOf, {}), gradients: this.trainable }
  }

  override update(): void {}
}
