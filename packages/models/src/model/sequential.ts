import {
  type BaseLayer,
  ConfigError,
  describeValue,
  entryOf,
  forgetCalls,
  holdLayers,
  Input,
  Layer,
  type LayerSpec,
  type ModelSpec,
  type Scope,
  type SequentialSpec,
  type Structure,
  withSharedIds,
} from '@gradus/core'
import { formatShape, type SymbolicDType, type SymbolicShape, SymbolicTensor, type Tree } from '@gradus/tensor'
import type { DataShapes } from '../input/index.ts'
import { nameLayers } from '../network/index.ts'
import type { KnownNames, NoNames } from '../objective/index.ts'
import { Model } from './model.ts'
import type { ModelConfig } from './model-graph.ts'

/**
 * A stack of layers. The shape of a sample comes from an `Input`, from `inputShape` of the first layer, or from the first data
 * that the model is given. Throws `ConfigError` for values that are not layers and for a layer that occurs twice.
 *
 * @example
 * import { Dense } from '@gradus/layers'
 * import { Sequential } from '@gradus/models'
 * const model = new Sequential([new Dense({ units: 16, activation: 'relu', inputShape: [1] }), new Dense({ units: 2 })])
 * model.countParams() // => 66
 */
export class Sequential<N extends KnownNames = NoNames> extends Model<N> {
  static readonly type: string = 'Sequential'
  /** An example for messages. */
  static override readonly usage: string = 'new Sequential([a, b])'
  private stack: Layer[] = []
  private named: Readonly<Record<string, BaseLayer>> | undefined

  constructor(layers: readonly Layer[] = [], config: ModelConfig = {}) {
    super(config)
    if (!Array.isArray(layers)) {
      throw new ConfigError('Sequential takes its layers in a list: new Sequential([new Dense({ units: 1 }), ...]).')
    }
    this.place(0, layers)
  }

  /** The layers without the input, as in Keras. */
  override get layers(): readonly Layer[] {
    return this.stack.filter((layer) => !(layer instanceof Input))
  }

  override get inputDType(): SymbolicDType {
    return this.stack?.[0]?.inputDType ?? super.inputDType
  }

  override sublayers(): Readonly<Record<string, BaseLayer>> {
    // the constructor of the base class calls this before `stack` exists
    this.named ??= Object.fromEntries([...nameLayers(this.stack ?? [])].map(([layer, name]) => [name, layer]))
    return this.named
  }

  /** Appends a layer. */
  add(layer: Layer, ...others: never[]): void {
    if (others.length > 0)
      throw new ConfigError('add takes one layer. Call it for each, as in model.add(a); model.add(b).')
    this.insert(this.layers.length, layer)
  }

  /**
   * Inserts a layer before the one that is at `index` in `layers`; a negative index counts from the end. Throws `ConfigError` for
   * an index outside of the list.
   *
   * @example
   * import { Dense, Dropout } from '@gradus/layers'
   * import { Sequential } from '@gradus/models'
   * const model = new Sequential([new Dense({ units: 8 }), new Dense({ units: 1 })])
   * model.insert(1, new Dropout({ rate: 0.5 }))
   * model.layers.map(({ type }) => type) // => ['Dense', 'Dropout', 'Dense']
   */
  insert(index: number, layer: Layer): void {
    const count = this.layers.length
    const position = index < 0 ? index + count : index
    if (!(Number.isInteger(position) && position >= 0 && position <= count)) {
      throw new ConfigError(`insert: the index is ${describeValue(index)}; the model has ${count} layers.`)
    }
    this.place(position + this.stack.length - count, [layer])
  }

  /** Adds layers at a position of the stack. They are named once, not once for each. */
  private place(at: number, layers: readonly Layer[]): void {
    const present = new Set(this.stack)
    for (const layer of layers) {
      if (!(layer instanceof Layer))
        throw new ConfigError(
          `Sequential takes layers and was given ${describeValue(layer)}. Use ${
            (layer as unknown) instanceof SymbolicTensor
              ? 'new Input({ shape: [3] }), which is a layer, in place of input({ shape: [3] })'
              : 'new Sequential([new Dense({ units: 1 }), ...])'
          }.`,
        )
      if (present.has(layer))
        throw new ConfigError(
          `The same ${layer.type} is in the model twice. Make another instance, or share it in a functional Model.`,
        )
      present.add(layer)
    }
    const before = nameLayers(this.stack)
    this.stack = [...this.stack.slice(0, at), ...layers, ...this.stack.slice(at)]
    holdLayers(nameLayers(this.stack), () => this.knownShape && this.build(), before)
    this.discardGraph()
  }

  /** Removes the last layer and returns it; undefined if there is none. */
  pop(): Layer | undefined {
    const layer = this.stack.pop()
    this.discardGraph()
    return layer
  }

  override apply(inputs: Tree, scope: Scope<this>): Tree {
    if (this.network) return super.apply(inputs, scope)
    return this.stack.reduce((x, layer) => scope.callAll(layer, x), inputs)
  }

  override toSpec(): ModelSpec | LayerSpec {
    const first = this.stack[0]
    const known = first instanceof Input || this.knownShape
    const input = this.network?.inputs[0]
    const inputSpecs = !known && input ? [new Input({ shape: input.shape.slice(1), dtype: input.dtype }).toSpec()] : []
    return withSharedIds(
      this,
      () =>
        ({
          model: 'Sequential',
          ...this.commonSpec,
          layers: [...inputSpecs, ...this.stack.map((layer) => layer.toSpec())],
        }) as SequentialSpec,
    )
  }

  protected override get isSubclass(): boolean {
    return false
  }

  protected override prepareGraph(data?: DataShapes): void {
    if (this.network) return
    const shape = this.knownShape ?? (data && sampleShape(data))
    if (shape) this.connectLayers(shape)
    else if (!data) {
      throw new ConfigError(
        'The model does not know the shape of its input yet. Start it with new Input({ shape }), give the first layer `inputShape`, call build([null, ...shape]), or fit it on data first.',
      )
    }
  }

  /** Calls the layers one after the other, for samples of a shape. */
  private connectLayers(shape: SymbolicShape): void {
    if (this.layers.length === 0)
      throw new ConfigError('The model has no layers. Add some: new Sequential([new Dense({ units: 1 })]).')
    const first = this.stack[0]!
    const x = entryOf(first instanceof Input ? first : new Input({ shape, dtype: first.inputDType }))
    let outputs: Structure<SymbolicTensor> = x
    for (const layer of this.stack) {
      if (layer instanceof Input) continue
      if (!(outputs instanceof SymbolicTensor))
        throw new ConfigError(`A layer before ${layer.type} has several outputs. Use the functional Model for several.`)
      const result: unknown = layer.callAll<unknown>(outputs)
      outputs = result as Structure<SymbolicTensor>
    }
    this.connect(x, outputs)
  }

  private discardGraph(): void {
    this.named = undefined
    if (!this.network) return
    forgetCalls(this.stack)
    this.disconnect()
  }

  override get knownShape(): SymbolicShape | undefined {
    const first = this.stack[0]
    if (first instanceof Input) return first.config.shape
    if (first instanceof Model) return first.knownShape
    const shape = (first?.config as { readonly inputShape?: SymbolicShape } | undefined)?.inputShape
    if (shape?.some((d) => d === 0)) throw new ConfigError(`inputShape ${formatShape(shape)} has a dimension of 0.`)
    return shape
  }
}

/** The shape of one sample of data; a list of numbers has samples of shape `[1]`. */
function sampleShape({ x }: DataShapes): SymbolicShape {
  const shaped = 'shape' in x ? x : undefined
  if (!shaped)
    throw new ConfigError(
      `Sequential takes one input and was given ${Object.keys(x).length}. Use the functional Model for several.`,
    )
  const { shape } = shaped as { readonly shape: SymbolicShape }
  return shape.length === 1 ? [1] : shape.slice(1)
}
