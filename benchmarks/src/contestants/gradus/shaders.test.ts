import { webgpu } from '@gradus/backend-webgpu'
import { type Backend, useBackend } from 'gradus'
import { expect, it } from 'vitest'
import { dawnGpu } from '../../../../packages/backend-webgpu/src/testing/dawn.ts'
import { samplesOf, trainedSpecs } from '../../testing/trained-specs.ts'
import { modelFor } from './models.ts'

// Dawn without a driver compiles shaders and checks calls, but computes nothing. Reads reject if it refused a shader or a call.

it.each(trainedSpecs('shapes.json'))(
  'all shaders are valid, in the sizes that are measured: $kind',
  async (spec) => {
    await useBackend(uncomputed(await webgpu({ gpu: dawnGpu('backend=null') })))
    const model = await modelFor(spec)
    const [x, y] = samplesOf(spec, 1.5) // the smaller batch has another program
    const options = { batchSize: spec.batch, verbose: 0 } as const
    const { history } = await model.fit(x, y, options)
    expect(history.loss).toEqual([Number.NaN])
    await model.evaluate(x, y, options)
    await model.predict(x, options)
  },
  60_000,
)

/** Waits for reads, which may reject, but returns ones for all bits: -1 for the number of the failed step, so none failed. */
function uncomputed(backend: Backend): Backend {
  return { ...backend, read: async (buffer) => (await backend.read(buffer)).fill(0xff) }
}
