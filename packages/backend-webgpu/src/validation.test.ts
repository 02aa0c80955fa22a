import { trace } from '@gradus/graph'
import { add, cast, conv, matmul, relu, Tensor } from '@gradus/tensor'
import { backendChecks, programChecks, runChecks } from '@gradus/testing/checks'
import { expect, it } from 'vitest'
import { gpuChecks } from '../../../tests/backends.ts'
import type { MatrixUnit } from './kernels/matrix-tiles.ts'
import { openDevice } from './runtime/gpu.ts'
import { compileGraph } from './runtime/program.ts'
import type { GpuTraits } from './runtime/traits.ts'
import { dawnGpu } from './testing/dawn.ts'
import { makeWebGpu } from './webgpu.ts'

// Dawn without a driver compiles shaders and validates calls, but computes nothing, so values are ignored.

const devices: Record<string, GpuTraits> = {
  'without subgroups': {},
  'with subgroups of 32 threads': { subgroupSize: 32 },
  'with matrix units of 16 x 16 x 16': { matrixUnit: unit(16) },
  'with matrix units of 8 x 8 x 8': { matrixUnit: unit(8) },
}

it('matrix units compute products of halves, with the ops around them', async () => {
  const gpu = dawnGpu('backend=null', 'enable-dawn-features=allow_unsafe_apis')
  const { device } = await openDevice(gpu, true)
  const halves = (shape: number[]) => new Tensor({ shape, dtype: 'float16' })
  const floats = (shape: number[]) => new Tensor({ shape, dtype: 'float32' })
  const cases: [Tensor[], (...inputs: Tensor[]) => Tensor][] = [
    [[halves([100, 200]), halves([200, 70]), halves([70])], (a, b, c) => relu(add(matmul(a, b), c))],
    [[floats([3, 100, 64]), floats([3, 33, 64])], (a, b) => matmul(half(a), half(b), { transposeB: true })],
    [[halves([2, 14, 14, 16]), floats([3, 3, 16, 40])], (x, kernel) => conv(x, half(kernel), { padding: 'same' })],
  ]
  for (const matrixUnit of [unit(16), unit(8)]) {
    for (const [inputs, run] of cases) {
      const { dispatches } = compileGraph(trace((...given: Tensor[]) => run(...given), inputs).graph, { matrixUnit })
      const made = dispatches.filter(({ wgsl }) => wgsl.includes('subgroupMatrixMultiplyAccumulate'))
      expect(made).toHaveLength(1)
      device.pushErrorScope('validation')
      const module = device.createShaderModule({ code: made[0]!.wgsl })
      device.createComputePipeline({ layout: 'auto', compute: { module } })
      expect((await device.popErrorScope())?.message).toBeUndefined()
    }
  }
})

function unit(size: number): MatrixUnit {
  return { rows: size, columns: size, depth: size, subgroupSize: 32 }
}

function half(x: Tensor): Tensor {
  return cast(x, 'float16')
}

it.each(Object.keys(devices))(
  'all shaders of the ops and of random programs are valid on a device %s, and so are the dispatches',
  async (name) => {
    const gpu = dawnGpu('backend=null', 'enable-dawn-features=allow_unsafe_apis')
    const experimental = { subgroupMatrix: name.includes('matrix') }
    const backend = await makeWebGpu({ gpu, experimental, traits: devices[name]! })
    const outcomes = await runChecks([...backendChecks(backend, gpuChecks), ...programChecks(backend, 3)])
    const refused = outcomes.filter(({ detail }) => detail?.includes('The webgpu backend'))
    expect(refused).toEqual([])
    expect(outcomes.length).toBeGreaterThan(300)
  },
  60_000,
)
