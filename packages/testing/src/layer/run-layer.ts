import { compile } from '@gradus/graph'
import { onBackend, type Tensor, treeLeaves } from '@gradus/tensor'
import { type HostTensor, toHost } from '../host.ts'
import { callLayer, keyOf, type LayerSetup, uploadInputs } from './layer-setup.ts'

/** Calls the layer of a setup with its variables and inputs, and returns outputs, new state and losses on the host. */
export async function runLayer(
  setup: LayerSetup,
  { training = false, seed = 7, layer = setup.layer, compiled = false } = {},
): Promise<HostTensor[]> {
  const f = (params: LayerSetup['params'], state: LayerSetup['state'], inputs: readonly Tensor[], key: Tensor) =>
    callLayer({ ...setup, layer }, { params, state, inputs, key, training })
  const inputs = uploadInputs(setup)
  const key = keyOf(setup.backend, seed)
  const result = onBackend(setup.backend, () => (compiled ? compile(f) : f)(setup.params, setup.state, inputs, key))
  const host: HostTensor[] = []
  for (const leaf of treeLeaves(result)) host.push(await toHost(leaf))
  return host
}
