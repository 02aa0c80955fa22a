import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cpu } from '@gradus/backend-cpu'
import { wasm } from '@gradus/backend-wasm'
import { webgpu } from '@gradus/backend-webgpu'
import { opSamples } from '@gradus/tensor/samples'
import { expect, it } from 'vitest'
import { adapterObstacle, dawnGpu } from '../../../backend-webgpu/src/testing/dawn.ts'
import { gpuDTypes } from '../../../backend-webgpu/src/testing/dtypes.ts'
import { opTable } from './op-table.ts'

const page = fileURLToPath(new URL('../../../../docs/op-table.md', import.meta.url))

const introduction = `# Ops and backends

What runs where, from running every op's samples on each backend. *Forward* is \`yes\` where values agree with the reference,
whole with inlined and compiled with eager; *gradient* where first and second derivatives agree with finite differences in
float64, compiled and eager. On webgpu, which has no float64, derivatives are compared with those of cpu, and values within
1e-4, derivatives within 5e-4. \`-\` marks ops through which no gradient flows.

This page is written by \`npm run op-table\` in \`packages/testing\`, where webgpu has an adapter, and a test fails when it is
out of date.

`

// The conformance tests run every sample; one that has a derivative shows what the table says of an op on cpu and wasm.
const samples = opSamples.map(({ op, samples: all }) => ({
  op,
  samples: [all.find(({ forwardOnly }) => forwardOnly === undefined) ?? all[0]!],
}))
const everywhere = [
  { backend: cpu(), samples },
  { backend: wasm(), samples },
]
const obstacle = await adapterObstacle()

it.skipIf(obstacle !== undefined)(
  `docs/op-table.md shows what the checks find ${obstacle ?? ''}`,
  async () => {
    const tolerance = { float32: 1e-4, float32Gradient: 5e-4 }
    const backend = await webgpu({ gpu: dawnGpu() })
    const table = await opTable([...everywhere, { backend, dtypes: gpuDTypes, tolerance }])
    expect(table).not.toContain('| no ')
    await expect(introduction + table).toMatchFileSnapshot(page)
  },
  600_000,
)

it.runIf(obstacle !== undefined)('docs/op-table.md shows what the checks find, but for webgpu', async () => {
  const table = introduction + (await opTable(everywhere))
  const webgpuColumns = /^(\|.*\|)(?: [^|]+ \|){2}$/gm
  expect(readFileSync(page, 'utf8').replace(webgpuColumns, '$1')).toBe(table)
})
