import { isFloat, onBackend, type Tensor, treeForEach, treeLeaves, treeReplace } from '@gradus/tensor'
import { checkDerivative, gradientOf, type ListFunction, weighted } from '../differences.ts'
import { toHost } from '../host.ts'
import { RandomNumbers } from '../random-numbers.ts'
import { callLayer, keyOf, type LayerSetup, uploadInputs } from './layer-setup.ts'

/** Compares the derivatives of outputs and losses by every parameter and input with finite differences. */
export async function checkGradients(setup: LayerSetup, training: boolean, tolerance: number): Promise<void> {
  const { layer, backend, state } = setup
  const params = treeLeaves(setup.params)
  const hosts = [...(await Promise.all(params.map(toHost))), ...setup.inputs]
  const all = [...params, ...uploadInputs(setup)]
  const moved = hosts.flatMap(({ dtype }, index) => (isFloat(dtype) ? [index] : []))
  if (moved.length === 0) return
  const key = keyOf(backend, 7)
  const f: ListFunction = (floats) => {
    const leaves = all.map((leaf, index) => (moved.includes(index) ? floats[moved.indexOf(index)]! : leaf))
    const called = callLayer(setup, {
      params: treeReplace(setup.params, leaves.slice(0, params.length)),
      state,
      inputs: leaves.slice(params.length),
      key,
      training,
    })
    return [...called.outputs, ...called.losses]
  }
  const value = weighted(
    backend,
    f,
    cotangentsFor(
      layer.type,
      onBackend(backend, () => f(moved.map((i) => all[i]!))),
    ),
  )
  if (!value) return
  const names = namesOf(setup)
  await checkDerivative({
    label: `${layer.type}, ${training ? 'training' : 'inference'}`,
    backend,
    value,
    gradient: gradientOf(value),
    at: moved.map((index) => hosts[index]!),
    names: moved.map((index) => names[index]!),
    tolerance,
  })
}

function cotangentsFor(type: string, outputs: readonly Tensor[]) {
  const random = new RandomNumbers(`cotangents of ${type}`)
  return outputs.map(({ shape, dtype }) =>
    isFloat(dtype) ? { shape, dtype, values: random.fill(shape, dtype, -1, 1) } : undefined,
  )
}

function namesOf({ params, inputs }: LayerSetup): string[] {
  const names: string[] = []
  treeForEach(params, (_, path) => names.push(`parameter '${path}'`))
  return [...names, ...inputs.map((_, index) => `input ${index}`)]
}
