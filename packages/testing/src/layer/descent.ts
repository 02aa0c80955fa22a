import { valueAndGrad } from '@gradus/autograd'
import { compile } from '@gradus/graph'
import { add, isFloat, mean, mul, onBackend, square, sub, type Tensor, treeLeaves, treeMap } from '@gradus/tensor'
import { demand } from '../check.ts'
import { toDevice } from '../host.ts'
import { Numbers } from '../numbers.ts'
import { type Bench, callLayer, keyOf, placeInputs } from './bench.ts'
import type { LayerCheckOptions } from './options.ts'

const steps = 8
const rate = 0.02

/** Throws unless a few compiled steps of gradient descent towards random targets reduce the loss. */
export async function descends(bench: Bench, options: LayerCheckOptions): Promise<void> {
  const { layer, backend, state, params } = bench
  if (!options.trains && !(layer.trainable && treeLeaves(params).some(({ dtype }) => isFloat(dtype)))) return
  const inputs = placeInputs(bench)
  const key = keyOf(backend, 7)
  const random = new Numbers(`targets of ${layer.type}`)
  const probe = onBackend(backend, () => callLayer(bench, { params, state, inputs, key, training: true }))
  const targets = probe.outputs.map(({ shape, dtype }) =>
    isFloat(dtype) ? toDevice(backend, { shape, dtype, values: random.fill(shape, dtype, -1, 1) }) : undefined,
  )
  if (!targets.some((target) => target)) return
  const loss = (weights: Bench['params']): Tensor => {
    const { outputs, losses } = callLayer(bench, { params: weights, state, inputs, key, training: true })
    const errors = outputs.flatMap((output, index) =>
      targets[index] ? [mean(square(sub(output, targets[index])))] : [],
    )
    return [...errors, ...losses].reduce((total, part) => add(total, part))
  }
  const step = compile((weights: Bench['params']): { loss: Tensor; weights: Bench['params'] } => {
    const [value, gradients] = valueAndGrad(loss)(weights)
    return {
      loss: value,
      weights: treeMap(
        (weight, gradient) => (isFloat(weight.dtype) ? sub(weight, mul(gradient!, rate)) : weight),
        weights,
        gradients,
      ),
    }
  })
  const history: number[] = []
  let weights = params
  for (let i = 0; i <= steps; i++) {
    const result = onBackend(backend, () => step(weights))
    history.push((await result.loss.data())[0]!)
    weights = result.weights
  }
  demand(
    history[steps]! < history[0]!,
    `${layer.type}: ${steps} steps of gradient descent took the loss from ${history[0]} to ${history[steps]}.`,
  )
}
