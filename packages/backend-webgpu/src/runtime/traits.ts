import type { MatrixUnit } from '../kernels/matrix-tiles.ts'
import type { TileTable } from '../kernels/tiles.ts'
import { mapModeRead, usage } from './usage.ts'

/** Optional abilities of a device for which there is special code. */
export interface GpuTraits {
  /** The number of threads in a subgroup, where it is fixed and subgroups consist of consecutive threads. */
  readonly subgroupSize?: number
  readonly matrixUnit?: MatrixUnit
  readonly tiles?: TileTable
}

/** Whether subgroups consist of consecutive threads of the workgroup, which WebGPU does not guarantee. */
export async function hasOrderedSubgroups(device: GPUDevice, size: number): Promise<boolean> {
  const code = `enable subgroups;
@group(0) @binding(0) var<storage, read_write> wrong: atomic<u32>;
@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(subgroup_size) size: u32, @builtin(subgroup_invocation_id) own: u32) {
  let first = subgroupBroadcastFirst(lane);
  if (size != ${size}u || own != lane % ${size}u || first != lane - own) { atomicAdd(&wrong, 1u); }
}`
  const wrong = device.createBuffer({ size: 4, usage: usage.storage | usage.copySrc })
  const staging = device.createBuffer({ size: 4, usage: usage.mapRead | usage.copyDst })
  device.pushErrorScope('validation')
  const module = device.createShaderModule({ label: 'subgroups', code })
  const pipeline = device.createComputePipeline({ label: 'subgroups', layout: 'auto', compute: { module } })
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer: wrong } }],
  })
  const encoder = device.createCommandEncoder()
  const pass = encoder.beginComputePass()
  pass.setPipeline(pipeline)
  pass.setBindGroup(0, group)
  pass.dispatchWorkgroups(64)
  pass.end()
  encoder.copyBufferToBuffer(wrong, 0, staging, 0, 4)
  device.queue.submit([encoder.finish()])
  const refused = await device.popErrorScope()
  if (refused === null) await staging.mapAsync(mapModeRead)
  const isOrdered = refused === null && new Uint32Array(staging.getMappedRange())[0] === 0
  wrong.destroy()
  staging.destroy()
  return isOrdered
}
