import { add, mul, type Tensor, type Tree, tensor } from '@gradus/tensor'
import type { Scope } from '../layer/base-layer.ts'
import { Layer } from '../layer/layer.ts'

/** Returns its inputs. */
export class Probe extends Layer {
  apply(inputs: Tree): Tree {
    return inputs
  }
}

/** Calls its inner layer, with these options of a call. */
export class Outer extends Layer<{ readonly inner: Layer; readonly options?: object }> {
  apply(x: Tensor, scope: Scope<this>): Tree {
    return scope.callAll(this.config.inner, x, this.config.options)
  }
}

/** Multiplies by a parameter of value 3, and counts its calls. */
export class Scale extends Layer<object, { factor: Tensor }, { count: Tensor }> {
  override init() {
    return { factor: tensor(3, { dtype: this.dtype }) }
  }
  override initState() {
    return { count: tensor(0, { dtype: this.dtype }) }
  }
  apply(x: Tensor, scope: Scope<this>): Tensor {
    scope.setState({ count: add(scope.state.count, 1) })
    return mul(x, scope.params.factor)
  }
}
