import { type ConfigOf, firstMask, Layer, type OptionsOf, type Scope, shapeError } from '@gradus/core'
import { reshape, sliceAxis, stack, type Tensor, type Tree, treeLeaves, treeMap, treeReplace } from '@gradus/tensor'
import { wrappedLayer } from './wrapped-layer.ts'

const fields = {
  /** The layer that is applied to each time step. */
  layer: wrappedLayer,
} as const

/** The options of `TimeDistributed`. */
export interface TimeDistributedConfig extends ConfigOf<typeof fields> {}

/**
 * Applies a layer to each time step of a sequence: `[batch, time, ...]` gives the outputs of all steps, `[batch, time, ...]`. The
 * layer gets the mask of its step. Throws `ShapeError` for inputs without a time axis. Keras: `TimeDistributed`.
 *
 * @example
 * import { Dense, TimeDistributed } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * const layer = new TimeDistributed({ layer: new Dense({ units: 1, kernelInitializer: 'ones' }) })
 * layer.call(ones([1, 2, 3])).array() // => [[[3], [3]]]
 */
export class TimeDistributed extends Layer<TimeDistributedConfig> {
  static readonly type = 'TimeDistributed'
  static override readonly fields = fields
  static override readonly callDefaults = {}
  declare readonly options: OptionsOf<typeof fields>

  override get supportsMasking(): boolean {
    return true
  }

  apply(x: Tensor, scope: Scope<this>): Tree {
    const [batch, time, ...rest] = x.shape
    if (batch === undefined || time === undefined || rest.length === 0) {
      throw shapeError(this, 'a sequence of shape [batch, time, ...]', x.shape, 'Add the missing axis with reshape.')
    }
    const mask = firstMask(scope.mask)
    const { layer } = this.options
    // as in Keras, a layer with state is called for each step in training; otherwise all steps are one large batch
    const steps = scope.training && scope.hasState(layer)
    return steps ? this.stepByStep(x, mask, scope) : this.atOnce(x, [batch, time], mask, scope)
  }

  private atOnce(
    x: Tensor,
    [batch, time]: readonly [number, number],
    mask: Tensor | undefined,
    scope: Scope<this>,
  ): Tree {
    const merged = (value: Tensor) => reshape(value, [batch * time, ...value.shape.slice(2)])
    const outputs = scope.callAll(this.options.layer, merged(x), mask ? { mask: merged(mask) } : {})
    return treeMap((output) => reshape(output, [batch, time, ...output.shape.slice(1)]), outputs)
  }

  private stepByStep(x: Tensor, mask: Tensor | undefined, scope: Scope<this>): Tree {
    const at = (value: Tensor, step: number) =>
      reshape(sliceAxis(value, 1, step, 1), [value.shape[0]!, ...value.shape.slice(2)])
    const steps = Array.from({ length: x.shape[1]! }, (_, step) =>
      scope.callAll(this.options.layer, at(x, step), mask ? { mask: at(mask, step) } : {}),
    )
    const leaves = steps.map(treeLeaves)
    return treeReplace(
      steps[0]!,
      leaves[0]!.map((_, index) =>
        stack(
          leaves.map((outputs) => outputs[index]!),
          1,
        ),
      ),
    )
  }
}
