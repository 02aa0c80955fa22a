import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  copyOf,
  describeValue,
  firstMask,
  Layer,
  type LayerOptions,
  type Masks,
  type OptionsOf,
  type Scope,
} from '@gradus/core'
import { add, concat, flip, mul, type Tensor, type Tree } from '@gradus/tensor'
import { type RecurrentCallOptions, RecurrentLayer } from '../recurrent/recurrent-layer.ts'
import type { CellStates } from '../recurrent/run-steps.ts'
import { wrappedLayer } from './wrapped-layer.ts'

const fields = {
  /** A recurrent layer. It is copied for each direction and not called itself. */
  layer: wrappedLayer,
  /** How the two outputs are merged; `none` returns both. */
  mergeMode: { oneOf: ['concat', 'sum', 'mul', 'ave', 'none'], default: 'concat', whenNull: 'none' },
  /** The layer for the backward direction (default: a copy of `layer` with the opposite `goBackwards`). */
  backwardLayer: { type: 'layer' as typeof wrappedLayer.type },
} as const

/** The options of `Bidirectional`. */
export interface BidirectionalConfig extends ConfigOf<typeof fields> {}

/**
 * Runs a recurrent layer from the first step to the last and another one from the last to the first, and merges their
 * outputs: `[batch, time, ...]` gives `[batch, 2 units]`, or `[batch, time, 2 units]` if the layer returns sequences,
 * followed by the final states if it returns them, those of the forward layer first. Keras: `Bidirectional` (Schuster and
 * Paliwal, 1997).
 *
 * @example
 * import { Bidirectional, GRU } from '@gradus/layers'
 * import { zeros } from '@gradus/tensor'
 * new Bidirectional({ layer: new GRU({ units: 2 }) }).call(zeros([1, 3, 4])).shape // => [1, 4]
 */
export class Bidirectional extends Layer<
  BidirectionalConfig,
  Record<string, never>,
  Record<string, never>,
  RecurrentCallOptions
> {
  static readonly type = 'Bidirectional'
  static override readonly fields = fields
  static override readonly callFields = { initialState: 'unknown' } as const
  static override readonly callArguments = ['initialState', 'mask']
  static override readonly callDefaults = {}
  declare readonly options: OptionsOf<typeof fields>
  readonly forwardLayer: AnyRecurrent
  readonly backwardLayer: AnyRecurrent

  constructor(...config: ConfigArgument<LayerOptions<BidirectionalConfig>>) {
    super(...config)
    const layer = requireRecurrent(this.options.layer, 'layer')
    const { returnSequences, goBackwards } = layer.options
    // masked steps give zeros, because the output of a padded step would be merged with that of the other direction
    const shared = { zeroOutputForMask: returnSequences }
    this.forwardLayer = copyOf(layer, { ...shared, name: undefined })
    this.backwardLayer = this.options.backwardLayer
      ? copyOf(requireRecurrent(this.options.backwardLayer, 'backwardLayer'), shared)
      : copyOf(layer, { ...shared, name: undefined, goBackwards: !goBackwards })
    requireOpposite(this.forwardLayer, this.backwardLayer)
  }

  override sublayers() {
    const { forwardLayer, backwardLayer } = this
    return { forwardLayer, backwardLayer }
  }

  override get supportsMasking(): boolean {
    return true
  }

  apply(x: Tensor, scope: Scope<this>): Tree {
    const { initialState } = scope.options as Partial<RecurrentCallOptions>
    const half = (initialState?.length ?? 0) / 2
    const run = (layer: AnyRecurrent, states: CellStates | undefined) => {
      const made = scope.callAll(layer, x, { mask: scope.mask, ...(states && { initialState: states }) })
      return (layer.options.returnState ? made : [made]) as [Tensor, ...Tree[]]
    }
    const [ahead, ...statesAhead] = run(this.forwardLayer, initialState?.slice(0, half))
    const [back, ...statesBack] = run(this.backwardLayer, initialState?.slice(half))
    const { returnSequences, returnState } = this.forwardLayer.options
    const outputs = this.merged(ahead, returnSequences ? flip(back, 1) : back)
    if (returnState) return [...outputs, ...statesAhead, ...statesBack]
    return outputs.length === 1 ? outputs[0]! : outputs
  }

  override computeMask(_inputs: Tree, mask: Masks): Masks {
    return this.forwardLayer.options.returnSequences ? firstMask(mask) : undefined
  }

  private merged(a: Tensor, b: Tensor): Tensor[] {
    switch (this.options.mergeMode) {
      case 'concat':
        return [concat([a, b], -1)]
      case 'sum':
        return [add(a, b)]
      case 'ave':
        return [mul(add(a, b), 0.5)]
      case 'mul':
        return [mul(a, b)]
      default:
        return [a, b]
    }
  }
}

type AnyRecurrent = RecurrentLayer<object>

function requireRecurrent(layer: unknown, option: string): AnyRecurrent {
  if (layer instanceof RecurrentLayer) return layer as AnyRecurrent
  throw new ConfigError(
    `Bidirectional: '${option}' must be a recurrent layer and is ${describeValue(layer)}. Example: new Bidirectional({ layer: new LSTM({ units: 8 }) }).`,
  )
}

function requireOpposite(forward: AnyRecurrent, backward: AnyRecurrent): void {
  const [a, b] = [forward.options, backward.options]
  if (a.goBackwards === b.goBackwards) {
    throw new ConfigError(
      `Bidirectional: both layers have goBackwards ${a.goBackwards}; they must run in opposite directions. Set goBackwards: true in backwardLayer.`,
    )
  }
  for (const key of ['stateful', 'returnSequences', 'returnState'] as const) {
    if (a[key] === b[key]) continue
    throw new ConfigError(
      `Bidirectional: 'layer' has ${key} ${a[key]} and 'backwardLayer' has ${b[key]}; they must agree.`,
    )
  }
}
