// Trees of tensors may have the types of interfaces.
import { expectTypeOf, it } from 'vitest'
import {
  Adam,
  compile,
  grad,
  jvp,
  Layer,
  Metric,
  Optimizer,
  type Rng,
  type Scope,
  type Sequential,
  type StepContext,
  type Tensor,
  tidy,
  treeForEach,
  treeLeaves,
  treeMap,
  valueAndGrad,
  vjp,
  zeros,
} from './index.ts'
import { add, matmul, mean, mul, scan, sub, sum } from './ops.ts'

interface Params {
  w: Tensor
}
interface State {
  readonly average: Tensor
  inner: { steps: Tensor }
}
interface Both {
  params: Params
  list: Params[]
}

class Linear extends Layer<object, Params, State> {
  static readonly type = 'test/Linear'
  override init(): Params {
    return { w: zeros([2, 2]) }
  }
  override initState(_rng: Rng): State {
    return { average: zeros([2]), inner: { steps: zeros([]) } }
  }
  apply(x: Tensor, { params, state, setState }: Scope<this>): Tensor {
    setState({ average: mean(x), inner: state.inner })
    return matmul(x, params.w)
  }
}

class Largest extends Metric<object, Params> {
  static readonly type = 'test/Largest'
  init(): Params {
    return { w: zeros([]) }
  }
  update({ w }: Params, target: Tensor): Params {
    return { w: add(w, sum(target)) }
  }
  result({ w }: Params): Tensor {
    return w
  }
}

class Descent extends Optimizer {
  static readonly type = 'test/Descent'
  protected step(param: Tensor, gradient: Tensor, _slots: object, { learningRate }: StepContext) {
    return [sub(param, mul(gradient, learningRate)), {}] as const
  }
}

declare const params: Params
declare const both: Both
declare const x: Tensor
declare const model: Sequential

it('interfaces are trees', () => {
  void Linear
  void Largest
  const loss = (p: Params, x: Tensor): Tensor => sum(matmul(x, p.w))
  expectTypeOf(grad(loss)(params, x)).toEqualTypeOf<Params>()
  expectTypeOf(valueAndGrad(loss)(params, x)[1]).toEqualTypeOf<Params>()
  expectTypeOf(compile(loss)(params, x)).toEqualTypeOf<Tensor>()
  expectTypeOf(compile((p: Both) => p, { donate: [0] })(both)).toEqualTypeOf<Both>()
  expectTypeOf(vjp((p: Params) => p.w, [params]).pullback(x)).toEqualTypeOf<[Params]>()
  jvp((p: Params) => p.w, [params], [params])
  treeMap((leaf) => leaf, params)
  treeLeaves(both)
  treeForEach(both, () => {})
  tidy(() => params)
  for (const optimizer of [new Adam(), new Descent()]) {
    const state = optimizer.init(params)
    expectTypeOf(optimizer.update(params, state, params)[0]).toEqualTypeOf<Params>()
  }
  scan((carry: Params, each: Params) => [carry, each.w], params, params)
  model.setVariablesTree({ params: { dense: params } })
  model.applyWith({ dense: params }, x)
})
