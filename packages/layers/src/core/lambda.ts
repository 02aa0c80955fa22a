import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  describeName,
  isFunctionDefinition,
  type Kind,
  Layer,
  type LayerOptions,
  type Masks,
  type OptionsOf,
  type Scope,
  titleOf,
} from '@gradus/core'
import {
  formatShape,
  type Shape,
  ShapeError,
  type SymbolicShape,
  type Tensor,
  type Tree,
  treeLeaves,
} from '@gradus/tensor'

/** What a function of `Lambda` is given as its second argument, with the option `arguments`. */
export interface LambdaArguments {
  readonly training: boolean
  readonly mask: Masks
  readonly [argument: string]: unknown
}

/** A function of one tensor or of a list of tensors. Its second argument is optional. */
export type LambdaFunction = (inputs: Tensor & readonly Tensor[], options: LambdaArguments) => Tree

/** An operation or an activation: a function with a name in data. */
export interface NamedFunction {
  readonly kind: 'operation' | 'activation'
  readonly type: string
}

/** The mask of the outputs of a function: `(inputs, mask) => mask`. */
export type LambdaMask = (inputs: Tree, mask: Masks) => Masks

const fields = {
  /** An operation, an activation, any other function, or in data the name of one that the registry has. */
  function: {
    type: ['function', 'operation', 'activation'] as unknown as Kind<LambdaFunction | NamedFunction>,
    required: true,
    example: 'square',
  },
  /** The shape of the output without the batch, which is checked; shapes are inferred without it. */
  outputShape: 'shape',
  /** The mask of the output, or a function that computes it. Without one, masks end here. */
  mask: { type: 'unknown' as Kind<LambdaMask | Masks> },
  /** Further options for the function, in an object; in a list, its further arguments. */
  arguments: { type: 'unknown' as Kind<Readonly<Record<string, unknown>> | readonly unknown[]> },
} as const

/** The options of `Lambda`. */
export interface LambdaConfig extends ConfigOf<typeof fields> {}

/**
 * Applies a function of tensors. Operations and activations (`activation('acme/name', ...)`, `operation('acme/name', ...)`) have
 * names, under which a model is saved; a registry to which they were added builds the model again. Other functions also get an
 * object with `training`, `mask` and the `arguments` as their second argument, and cannot be saved. A function may not hold
 * parameters; write a class that extends `Layer` for these. Files of Keras with a Python lambda cannot be read, because it is saved
 * as Python's bytecode; name the function there. Throws `ShapeError` for an output of another shape than `outputShape`. Keras:
 * `Lambda`.
 *
 * @example
 * import { Lambda } from '@gradus/layers'
 * import { mul, square, tensor } from '@gradus/tensor'
 * new Lambda({ function: square }).call(tensor([[2, 3]])).array() // => [[4, 9]]
 * new Lambda({ function: (x) => mul(x, 2) }).call(tensor([[2, 3]])).array() // => [[4, 6]]
 */
export class Lambda extends Layer<LambdaConfig> {
  static readonly type = 'Lambda'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  constructor(...config: ConfigArgument<LayerOptions<LambdaConfig>>) {
    super(...config)
    const run: unknown = this.options.function
    if (typeof run === 'function') return
    throw new ConfigError(
      `Lambda: 'function' is the name ${describeName(String(run))}, and there is no operation or activation with it here. ` +
        'Give the function itself, or add it to the registry that builds the layer, as in registry.with(operation(name, run)).',
    )
  }

  override get supportsMasking(): boolean {
    return this.options.mask !== undefined
  }

  apply(inputs: Tree, scope: Scope<this>): Tree {
    const outputs = this.run(inputs, scope)
    const { outputShape } = this.options
    const shapes = treeLeaves(outputs).map(({ shape }) => shape)
    if (!outputShape || shapes.every((shape) => fits(shape, outputShape))) return outputs
    throw new ShapeError(
      `${titleOf(this)}: 'outputShape' is ${formatShape(outputShape)}, without the batch, and the function returned ${shapes.map(formatShape).join(', ')}. ` +
        'Leave the option out, or change it.',
    )
  }

  override computeMask(inputs: Tree, given: Masks): Masks {
    const { mask } = this.options
    return typeof mask === 'function' ? (mask as LambdaMask)(inputs, given) : (mask as Masks)
  }

  private run(inputs: Tree, { training, mask }: Scope<this>): Tree {
    const run = this.options.function as (...args: unknown[]) => Tree
    const given = this.options.arguments
    if (Array.isArray(given)) return run(inputs, ...(given as unknown[]))
    if (!isFunctionDefinition(run)) return run(inputs, { ...given, training, mask })
    const options = given && Object.keys(given).length > 0 ? [given] : []
    return (run as (...args: unknown[]) => Tree)(inputs, ...options)
  }
}

/** Whether an output has a shape, of which null fits every size. */
function fits([_, ...sample]: Shape, wanted: SymbolicShape): boolean {
  return sample.length === wanted.length && wanted.every((d, axis) => d === null || d === sample[axis])
}
