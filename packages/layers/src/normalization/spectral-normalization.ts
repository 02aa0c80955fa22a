import {
  type BaseLayer,
  ConfigError,
  type ConfigOf,
  describeValue,
  type InputShape,
  type OptionsOf,
  type Rng,
  type Scope,
  titleOf,
} from '@gradus/core'
import {
  all,
  cast,
  div,
  equal,
  inferShapes,
  l2Normalize,
  matmul,
  reshape,
  type Tensor,
  type Tree,
  transpose,
  where,
} from '@gradus/tensor'
import { Wrapper, type WrapperConfig } from '../core/wrapper.ts'
import { frozen } from '../frozen.ts'
import { TruncatedNormal } from '../initializers/truncated-normal.ts'

const fields = {
  /** The number of steps of the power iteration in each call. */
  powerIterations: { type: 'integer', min: 1, default: 1 },
} as const

/** The options of `SpectralNormalization`. */
export interface SpectralNormalizationConfig extends ConfigOf<typeof fields>, WrapperConfig {}

/** The state of `SpectralNormalization`. */
export type SpectralNormalizationState = {
  /** An estimate of the first right singular vector of the kernel, `[1, size of its last axis]`. */
  readonly vectorU: Tensor
}

type KernelName = 'kernel' | 'embeddings'

/**
 * Calls a layer and, in training, divides its kernel (of an `Embedding` its table) by the kernel's largest singular value before.
 * That is estimated by power iteration, from the vector that the last call has left in the state. A call on values in training
 * also keeps the divided kernel, as in Keras. In `fit` the kernel itself stays, as in Keras with JAX. Throws `ConfigError` for a
 * layer without a kernel. Keras: `SpectralNormalization` (Miyato et al., 2018).
 *
 * @example
 * import { Dense, SpectralNormalization } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new SpectralNormalization({ layer: new Dense({ units: 1, kernelInitializer: 'ones' }), powerIterations: 2 })
 * layer.call(tensor([[3, 3, 3, 3]]), { training: true }).array() // => [[6]]
 */
export class SpectralNormalization extends Wrapper<
  SpectralNormalizationConfig,
  Record<string, never>,
  SpectralNormalizationState
> {
  static readonly type = 'SpectralNormalization'
  static override readonly fields = fields
  declare readonly options: { readonly layer: BaseLayer } & OptionsOf<typeof fields>

  override initState(rng: Rng, inputShape: InputShape): SpectralNormalizationState {
    // the parameters of the layer are not made yet, so its shapes are
    const params = inferShapes(() => this.options.layer.init(rng.fork('shapes'), inputShape))
    const last = this.kernelOf(params).kernel.shape.at(-1)!
    return { vectorU: new TruncatedNormal({ stddev: 0.02 }).make(rng.next(), [1, last], this.dtype) }
  }

  override apply(inputs: Tree, scope: Scope<this>): Tree {
    const { layer } = this.options
    if (!scope.training) return scope.callAll(layer, inputs)
    const params = scope.of(layer, inputs).params as Readonly<Record<string, Tensor>>
    const { name, kernel } = this.kernelOf(params)
    const { u, divided } = this.normalized(kernel, scope.state.vectorU)
    scope.setState({ vectorU: u })
    const next = { ...params, [name]: divided }
    scope.setParams(layer, next)
    return scope.callWith(next, layer, inputs)
  }

  /** The kernel divided by its largest singular value, and the next vector u; a kernel of zeros stays. */
  private normalized(kernel: Tensor, given: Tensor): { u: Tensor; divided: Tensor } {
    const matrix = reshape(kernel, [-1, kernel.shape.at(-1)!])
    const unit = (x: Tensor) => l2Normalize(x, { axis: [0, 1], epsilon: 1e-7 })
    const start = cast(given, kernel.dtype)
    let [u, v] = [start, start]
    for (let step = 0; step < this.options.powerIterations; step++) {
      v = unit(matmul(u, transpose(matrix)))
      u = unit(matmul(v, matrix))
    }
    ;[u, v] = [frozen(u), frozen(v)]
    const zero = all(equal(kernel, 0))
    const sigma = reshape(matmul(matmul(v, matrix), transpose(u)), [])
    return { u: where(zero, start, u), divided: div(kernel, where(zero, 1, sigma)) }
  }

  private kernelOf(params: object): { name: KernelName; kernel: Tensor } {
    for (const name of ['kernel', 'embeddings'] as const) {
      const kernel = (params as Partial<Record<KernelName, Tensor>>)[name]
      if (kernel) return { name, kernel }
    }
    throw new ConfigError(
      `${titleOf(this)}: 'layer' is ${describeValue(this.options.layer)}, which has no kernel and no embeddings. Wrap a layer such as Dense or Conv2D.`,
    )
  }
}
