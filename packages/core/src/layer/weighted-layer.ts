import { type Tensor, tidy } from '@gradus/tensor'
import { backendOf } from '@gradus/tensor/internals'
import { descriptionOf } from '../config/check-fields.ts'
import { Configured, fromData, toData } from '../config/configured.ts'
import { inheritedFieldsOf, isFunctionDefinition } from '../config/definition.ts'
import type { WeightValue } from '../contracts/callback.ts'
import { ConfigError } from '../errors.ts'
import { addedLosses } from './added-losses.ts'
import { BaseLayer } from './base-layer.ts'
import { innermostCaller } from './caller.ts'
import { buildHolder, heldName } from './holders.ts'
import { knownShapes } from './known-shapes.ts'
import { layersWithin } from './layers-within.ts'
import { titleOf } from './title.ts'
import { lacksVariables, listVariables, type Variable, variablesOf } from './variables.ts'
import { readWeights, type WeightLike, writeWeights } from './weight-values.ts'

/**
 * The weights of a layer, its name and its options, as Keras has them. A layer that was never called has no weights. One that was
 * called on symbolic tensors gets them with the model that it belongs to, which reading `weights` builds.
 */
export abstract class WeightedLayer<
  C extends object = object,
  P extends object = object,
  S extends object = object,
  O extends object = object,
> extends BaseLayer<C, P, S, O> {
  /** The name in the options; otherwise that in the model that first held the layer, such as `dense_1`, or `defaultName`. */
  get name(): string {
    return (this.config as { readonly name?: string }).name ?? heldName(this) ?? this.defaultName
  }

  /**
   * Whether the layer and all layers within it that were called have their weights. Those of a layer in a model that knows its input
   * shapes are made first.
   */
  get built(): boolean {
    if (!innermostCaller()) buildHolder(this)
    return layersWithin(this).some(({ layer }) => variablesOf(layer)) && !lacksVariables(this)
  }

  /**
   * The weights of the layer and of the layers within it, in Keras's order; empty before the layer is built. Throws `ConfigError` for
   * a layer of a functional model that was not made yet.
   *
   * @example
   * import { Dense } from '@gradus/layers'
   * const layer = new Dense({ units: 2 }).build([null, 3])
   * layer.weights.map(({ name, shape }) => [name, shape]) // => [['kernel', [3, 2]], ['bias', [2]]]
   */
  get weights(): Variable[] {
    this.makeWeights()
    return listVariables(this)
  }

  /** The weights that training changes. */
  get trainableWeights(): Variable[] {
    return this.weights.filter(({ trainable }) => trainable)
  }

  /** The weights that training does not change with a gradient: those of frozen layers, and states such as moving averages. */
  get nonTrainableWeights(): Variable[] {
    return this.weights.filter(({ trainable }) => !trainable)
  }

  /** The same as `weights`. */
  get variables(): Variable[] {
    return this.weights
  }

  /** The same as `trainableWeights`. */
  get trainableVariables(): Variable[] {
    return this.trainableWeights
  }

  /** The same as `nonTrainableWeights`. */
  get nonTrainableVariables(): Variable[] {
    return this.nonTrainableWeights
  }

  /**
   * The losses that the last call on values has added, with penalties on outputs, and then the penalties of regularizers on the weights
   * as they are now; scalars. `statelessCall` returns the losses of its call.
   */
  get losses(): Tensor[] {
    const penalties = this.trainableWeights.flatMap(({ layer, key, value }) => {
      const regularizer = layer.regularizerOf(key)
      return regularizer ? [tidy(() => regularizer.loss(value))] : []
    })
    return [...addedLosses(this), ...penalties]
  }

  /** Returns copies of the weights, in the order of `weights`. */
  getWeights(): Promise<WeightValue[]> {
    return readWeights(this.weights)
  }

  /**
   * Replaces the weights: by path if they have paths, otherwise in the order of `weights`. Throws `ConfigError`, before any change, for
   * missing weights, weights that the layer does not have and wrong shapes.
   *
   * @example
   * import { Dense } from '@gradus/layers'
   * const layer = new Dense({ units: 1 }).build([null, 2])
   * await layer.setWeights([[[1], [2]], [0]])
   * layer.weights[0].value.array() // => [[1], [2]]
   */
  async setWeights(weights: readonly WeightLike[]): Promise<void> {
    const [first] = this.weights
    if (!first && weights.length > 0) throw this.notBuilt('setWeights')
    if (first) await writeWeights(this, weights, backendOf(first.value))
  }

  /** Returns the number of elements of all weights. Throws `ConfigError` for a layer that is not built. */
  countParams(): number {
    const { weights } = this
    if (weights.length === 0 && !this.built) throw this.notBuilt('countParams')
    return weights.reduce((total, { value }) => total + value.size, 0)
  }

  /** Adds a scalar to the loss, as `scope.addLoss` does. Throws `ConfigError` outside of `apply`. */
  addLoss(loss: Tensor): void {
    const scope = innermostCaller()
    if (!scope?.addLoss)
      throw new ConfigError(
        `${titleOf(this)}.addLoss was called outside of apply. Call it, or scope.addLoss, in apply(x, scope).`,
      )
    scope.addLoss(loss)
  }

  /**
   * Returns the options with which an equal layer is made: complete, with the name, and with initializers and the like as data. A class may override it, if it keeps options
   * from the constructor of its base class; then it is saved with the result. `toSpec` returns plain data.
   *
   * @example
   * import { Dense } from '@gradus/layers'
   * new Dense({ units: 2 }).getConfig().useBias // => true
   */
  override getConfig(): Readonly<Record<string, unknown>> {
    const { name, trainable } = this
    const { dtype = 'float32' } = this.config as { readonly dtype?: string }
    const fields = inheritedFieldsOf(this.constructor)
    const options = Object.entries(this.options).map(([key, value]: [string, unknown]) => {
      const isNamed =
        descriptionOf(fields[key] ?? 'unknown').among && (value instanceof Configured || isFunctionDefinition(value))
      return [key, isNamed ? toData(value, key) : value]
    })
    return { ...Object.fromEntries(options), name, trainable, dtype }
  }

  override get savedConfig(): C {
    return this.keepsOptions ? super.savedConfig : (fromData(this.constructor, this.getConfig()) as C)
  }

  /** Whether the class inherits `getConfig`, so that `config` holds all options. */
  protected get keepsOptions(): boolean {
    return this.getConfig === WeightedLayer.prototype.getConfig
  }

  /** Makes the weights if the layer belongs to a model. */
  protected makeWeights(): void {
    if (this.built || buildHolder(this) || !knownShapes(this)) return
    throw new ConfigError(
      `${titleOf(this)} has no weights yet: it was called on symbolic tensors and belongs to no model, which makes the weights from its seed. Make the model first, or call build([null, ...shape]) of the layer.`,
    )
  }

  private notBuilt(method: string): ConfigError {
    return new ConfigError(
      `${method}: ${titleOf(this)} has no weights yet. Call it, call build([null, ...shape]), or build the model that it is part of.`,
    )
  }
}
