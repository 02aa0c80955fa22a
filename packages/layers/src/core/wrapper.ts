import { type BaseLayer, type ConfigOf, type FieldTable, Layer, type Scope } from '@gradus/core'
import type { SymbolicDType, Tree } from '@gradus/tensor'
import { wrappedLayer } from '../wrappers/wrapped-layer.ts'

const fields = {
  /** The wrapped layer. */
  layer: wrappedLayer,
} as const

/** The options of layers that extend `Wrapper`. */
export interface WrapperConfig extends ConfigOf<typeof fields> {}

/**
 * The base class of layers around another layer, which is the option `layer`. A class that extends it declares its `type` and the
 * `fields` of its further options, and overrides `apply` if it does more than call the layer. Keras: `Wrapper`.
 *
 * @example
 * import { Dense, Wrapper } from '@gradus/layers'
 * import { mul, ones } from '@gradus/tensor'
 * class Halved extends Wrapper {
 *   static type = 'acme/Halved'
 *   static fields = {}
 *   apply(x, scope) {
 *     return mul(scope.call(this.options.layer, x), 0.5)
 *   }
 * }
 * new Halved({ layer: new Dense({ units: 1, kernelInitializer: 'ones' }) }).call(ones([1, 4])).array() // => [[2]]
 */
export abstract class Wrapper<
  C extends WrapperConfig = WrapperConfig,
  P extends object = object,
  S extends object = object,
  O extends object = object,
> extends Layer<C, P, S, O> {
  static override readonly fields: FieldTable = fields
  declare readonly options: { readonly layer: BaseLayer }

  override get inputDType(): SymbolicDType {
    return this.options.layer.inputDType
  }

  apply(inputs: Tree, scope: Scope<this>): Tree {
    return scope.callAll(this.options.layer, inputs, scope.options as object)
  }
}
