import { cpu } from '@gradus/backend-cpu'
import { type Layer, Registry, Rng, statelessCall } from '@gradus/core'
import { type Tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { expectClose } from '../../../../tests/recorded/expect-close.ts'
import { type KerasObject, specOfKeras } from '../../../../tests/recorded/keras-config.ts'
import { type Recorded, toTensor } from '../../../../tests/recorded/src/recorded.ts'
import { initializers, layers } from '../index.ts'
import recorded from '../recorded/images.json' with { type: 'json' }

await useBackend(cpu())

/** A call of a layer whose options leave nothing to chance. */
interface Case {
  readonly name: string
  readonly layer: KerasObject
  readonly inputs: readonly [Recorded]
  readonly outputs: readonly [Recorded]
  readonly weights: readonly (Recorded & { readonly path: string })[]
  readonly training: boolean
  readonly tolerance: number
}

const registry = new Registry<(typeof layers)['Dense']>(
  [layers, initializers].flatMap((table) => Object.values(table as never)),
)

// Results of Keras 3.15 on JAX.
describe('layers of images and signals agree with Keras', () => {
  it.each((recorded as unknown as Case[]).map((entry) => [entry.name, entry] as const))('%s', (_, entry) => {
    const layer = registry.parse('layer', specOfKeras('layer', entry.layer)) as Layer
    const params = Object.fromEntries(
      entry.weights.map((weight) => [
        weight.path.endsWith('real_kernel') ? 'realKernel' : 'imagKernel',
        toTensor(weight),
      ]),
    )
    const { outputs } = statelessCall(layer, { params: { '': params }, state: {} }, toTensor(entry.inputs[0]), {
      training: entry.training,
      rng: new Rng(3),
    })
    const output = outputs as Tensor
    expect(output.shape).toEqual(entry.outputs[0].shape)
    expectClose(output.dataSync(), entry.outputs[0].data, entry.tolerance, 'output')
  })
})
