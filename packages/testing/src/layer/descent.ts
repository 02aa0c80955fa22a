import { valueAndGrad } from '@gradus/autograd'
import { compile } from '@gradus/graph'
import { add, isFloat, mean, mul, onBackend, square, sub, type Tensor, treeLeaves, treeMap } from '@gradus/tensor'
import { demand } from '../check.ts'
import { toDevice } from '../host.ts'
import { RandomNumbers } from '../random-numbers.ts'
import { callLayer, keyOf, type LayerSetup, uploadInputs } from './layer-setup.ts'
import type { LayerCheckOptions } from './options.ts'

const steps = 8
const rate = 0.02

/** Throws unless a few compiled steps of gradient descent towards random targets reduce the loss. */
export async function descends(setup: LayerSetup, options: LayerCheckOptions): Promise<void> {
  const { layer, backend, state, params } = setup
  if (!options.trains && !(layer.trainable && treeLeaves(params).some(({ dtype }) => isFloat(dtype)))) return
  const inputs = uploadInputs(setup)
  const key = keyOf(backend, 7)
  const random = new RandomNumbers(`targets of ${layer.type}`)
  const probe = onBackend(backend, () => callLayer(setup, { params, state, inputs, key, training: true }))
  const targets = probe.outputs.map(({ shape, dtype }) =>
    isFloat(dtype) ? toDevice(backend, { shape, dtype, values: random.fill(shape, dtype, -1, 1) }) : undefined,
  )
  if (!targets.some((target) => target)) return
  const loss = (weights: LayerSetup['params']): Tensor => {
    const { outputs, losses } = callLayer(setup, { params: weights, state, inputs, key, training: true })
    const errors = outputs.flatMap((output, index) =>
      targets[index] ? [mean(square(sub(output, targets[index])))] : [],
    )
    return [...errors, ...losses].reduce((total, part) => add(total, part))
  }
  const step = compile((weights: LayerSetup['params']): { loss: Tensor; weights: LayerSetup['params'] } => {
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
