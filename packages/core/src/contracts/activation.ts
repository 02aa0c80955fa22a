import type { Tensor } from '@gradus/tensor'
import { completeConfig } from '../config/complete.ts'
import type { FunctionDefinition } from '../config/definition.ts'
import type { ConfigOf, FieldTable, OptionsOf } from '../config/fields.ts'

/**
 * A function of one tensor, named or not. It is called without options; the parameter is there so that both members of the
 * union have the same signature, from which the compiler infers the type of `x` in `activation: (x) => ...`.
 */
export type ActivationFunction = ((x: Tensor, options?: object) => Tensor) | Activation

/**
 * A function of one tensor with options and a name in data. The result has the shape of the tensor, except that `glu` halves an
 * axis.
 */
export interface Activation<O extends object = object, T extends string = string, A extends string = string>
  extends FunctionDefinition<'activation', T> {
  (x: Tensor, options?: O): Tensor
  readonly aliases: readonly A[]
  readonly options?: O
  /**
   * The same activation with other defaults, which are saved with it: `leakyRelu.with({ negativeSlope: 0.1 })`. Throws
   * `ConfigError` for options that it does not have.
   */
  with(options: O): Activation<O, T, A>
}

/**
 * Makes an activation. `run` is called with the tensor and the complete options, defaults filled in. Calls of the activation
 * throw `ConfigError` for options that `fields` does not allow and for missing ones that it requires.
 *
 * @example
 * import { activation } from '@gradus/core'
 * import { mul, tensor } from '@gradus/tensor'
 * const scale = activation('acme/scale', { factor: { type: 'number', default: 2 } }, (x, { factor }) => mul(x, factor))
 * scale(tensor([1, 2])).array() // => [2, 4]
 * scale.with({ factor: 3 })(tensor([1, 2])).array() // => [3, 6]
 */
/* @__NO_SIDE_EFFECTS__ */
export function activation<const T extends string, const F extends FieldTable, const A extends string = never>(
  type: T,
  fields: F,
  run: (x: Tensor, options: OptionsOf<F>) => Tensor,
  aliases: readonly A[] = [],
): Activation<ConfigOf<F>, T, A> {
  const make = (set?: ConfigOf<F>): Activation<ConfigOf<F>, T, A> => {
    let complete: OptionsOf<F> | undefined
    const completed = (options: object = {}) => completeConfig(type, { ...set, ...options }, fields) as OptionsOf<F>
    if (set) complete = completed()
    const call = (x: Tensor, options?: ConfigOf<F>): Tensor =>
      run(x, options ? completed(options) : (complete ??= completed()))
    const facts = { kind: 'activation', type, fields, aliases, ...(set && { options: set }) } as const
    return Object.assign(call, facts, { with: (options: ConfigOf<F>) => make({ ...set, ...options }) })
  }
  return make()
}
