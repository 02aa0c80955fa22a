import { valueAndGrad } from '@gradus/autograd'
import type { Optimizer, OptimizerState } from '@gradus/core'
import { compile } from '@gradus/graph'
import { add, type Backend, memory, mul, onBackend, square, sub, sum, type Tensor, type Tree } from '@gradus/tensor'
import { toDevice } from '../host.ts'

/** A function to minimize, with initial parameters. */
export interface Problem {
  readonly name: string
  readonly start: (backend: Backend) => Tree
  readonly loss: (params: Tree) => Tensor
}

interface BowlParams {
  readonly dense: { readonly kernel: Tensor; readonly bias: Tensor }
  readonly list: readonly Tensor[]
}

/** A convex quadratic function of a nested tree, with curvatures from 1 to 4 and its minimum not at 0. */
export const bowl: Problem = {
  name: 'quadratic bowl',
  start: (backend) => ({
    dense: { kernel: vector(backend, [2, -1, 0.5]), bias: vector(backend, [-2]) },
    list: [vector(backend, [1.5, -0.5])],
  }),
  loss(params) {
    const { dense, list } = params as unknown as BowlParams
    const parts = [
      mul(sum(square(sub(dense.kernel, 0.5))), 0.5),
      mul(sum(square(add(dense.bias, 0.5))), 2),
      sum(square(sub(list[0]!, 0.25))),
    ]
    return parts.reduce((total, part) => add(total, part))
  },
}

/** A Rosenbrock function that is less steep than the original: (1 - x)^2 + 5 (y - x^2)^2. */
export const valley: Problem = {
  name: 'curved valley',
  start: (backend) => ({ x: vector(backend, [-1]), y: vector(backend, [-0.5]) }),
  loss(params) {
    const { x, y } = params as { x: Tensor; y: Tensor }
    return add(sum(square(sub(1, x))), mul(sum(square(sub(y, square(x)))), 5))
  },
}

/**
 * Minimizes with compiled steps that donate parameters and state. Returns the loss before and after, the number of traces,
 * and the first step at which the number of buffers grew.
 */
export async function solve(
  { start, loss }: Problem,
  optimizer: Optimizer,
  backend: Backend,
  steps: number,
): Promise<{ before: number; after: number; traces: number; grown: number | undefined }> {
  const step = compile(
    (params: Tree, state: OptimizerState) => {
      const [value, gradients] = valueAndGrad(loss)(params)
      const [next, nextState] = optimizer.update(gradients as never, state, params)
      return { value, params: next, state: nextState }
    },
    { donate: [0, 1] },
  )
  let params = start(backend)
  let state = onBackend(backend, () => optimizer.init(params))
  let before = 0
  let grown: number | undefined
  let count = Number.POSITIVE_INFINITY
  for (let i = 0; i < steps; i++) {
    const result = onBackend(backend, () => step(params, state))
    if (i === 0) before = (await result.value.data())[0]!
    result.value.dispose()
    params = result.params
    state = result.state
    // earlier tensors may be garbage collected meanwhile, so the count may fall
    if (i > 0 && memory().buffers > count) grown ??= i
    count = memory().buffers
  }
  const last = onBackend(backend, () => loss(params))
  return { before, after: (await last.data())[0]!, traces: step.traces, grown }
}

function vector(backend: Backend, values: readonly number[]): Tensor {
  return toDevice(backend, { shape: [values.length], dtype: 'float32', values })
}
