import {
  ConfigError,
  Input,
  Layer,
  type SequentialSpec,
  type SymbolicShape,
  type SymbolicTensor,
  symbolicOutputs,
} from '@gradus/core'
import { formatShape } from '@gradus/tensor'
import type { KnownNames, NoNames } from './compile-options.ts'
import { ModelBase, type ModelConfig } from './model-base.ts'
import { Network } from './network.ts'
import { sequentialSpec } from './to-spec.ts'

/**
 * A stack of layers. The shape of a sample comes from an `Input`, from `inputShape` of the first layer, or from the first
 * data.
 *
 * @example
 * import { Dense } from '@gradus/layers'
 * import { Sequential } from '@gradus/models'
 * const model = new Sequential([new Dense({ units: 16, activation: 'relu', inputShape: [1] }), new Dense({ units: 2 })])
 * model.countParams() // => 66
 */
export class Sequential<N extends KnownNames = NoNames> extends ModelBase<N> {
  static readonly type = 'Sequential'
  private readonly stack: Layer[]
  private built: Network | undefined

  constructor(layers: readonly Layer[] = [], config: ModelConfig = {}) {
    super(config)
    this.stack = []
    for (const layer of layers) this.add(layer)
  }

  /** The layers without the input, as in Keras. */
  get layers(): readonly Layer[] {
    return this.stack?.filter((layer) => !(layer instanceof Input)) ?? []
  }

  get network(): Network {
    if (!this.built) {
      const shape = this.knownShape
      if (!shape) {
        throw new ConfigError(
          'The model does not know the shape of its input yet. Start it with new Input({ shape }), give the first layer `inputShape`, call build([null, ...shape]), or fit it on data first.',
        )
      }
      this.shapeTo([[null, ...shape]])
    }
    return this.built!
  }

  /** Puts a layer on top. */
  add(layer: Layer): void {
    if (!(layer instanceof Layer))
      throw new ConfigError(
        `Sequential takes layers and was given ${layer === null ? 'null' : typeof layer}. Use new Sequential([new Dense({ units: 1 }), ...]).`,
      )
    if (this.stack.includes(layer))
      throw new ConfigError(
        `The same ${layer.type} is in the model twice. Make another instance, or share it in a functional Model.`,
      )
    this.stack.push(layer)
    this.built = undefined
  }

  /** Takes the top layer off. */
  pop(): Layer | undefined {
    this.built = undefined
    return this.stack.pop()
  }

  toSpec(): SequentialSpec {
    return sequentialSpec(this.config as ModelConfig, this.stack, this.built?.inputs[0]?.shape.slice(1))
  }

  protected get shaped(): boolean {
    return this.built !== undefined || this.knownShape !== undefined
  }

  protected shapeTo(inputs: readonly SymbolicShape[]): void {
    if (this.built) return
    if (inputs.length !== 1)
      throw new ConfigError(
        `Sequential takes one input and was given ${inputs.length}. Use the functional Model for several.`,
      )
    if (this.layers.length === 0)
      throw new ConfigError('The model has no layers. Add some: new Sequential([new Dense({ units: 1 })]).')
    const known = this.knownShape
    const first = this.stack[0]!
    const entry =
      first instanceof Input ? first : new Input({ shape: known ?? inputs[0]!.slice(1), inputDtype: first.inputDType })
    const shape: SymbolicShape = [null, ...entry.config.shape]
    let tensors: SymbolicTensor[] = symbolicOutputs(entry, [], false, [{ shape, dtype: entry.inputDType }])
    const [x] = tensors
    for (const layer of this.layers) {
      if (tensors.length > 1)
        throw new ConfigError(
          `A layer before ${layer.type} has ${tensors.length} outputs. Use the functional Model for several.`,
        )
      tensors = layer.callAll(tensors[0]!)
    }
    this.built = new Network([x!], tensors)
  }

  private get knownShape(): SymbolicShape | undefined {
    const first = this.stack[0]
    if (first instanceof Input) return first.config.shape
    const shape = first?.config.inputShape
    if (shape?.some((d) => d === 0)) throw new ConfigError(`inputShape ${formatShape(shape)} has a dimension of 0.`)
    return shape
  }
}
