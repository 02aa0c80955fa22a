import { navigatorHere } from '../../shared/about-gpu.ts'
import { type Contestant, NotSupported, type Task } from '../../shared/contestant.ts'
import type { WorkloadSpec } from '../../shared/spec.ts'

/** Copies within the memory of the device that read and write as many bytes as the workload. */
function copyTask(device: GPUDevice, moved: number): Task {
  const size = 4 * Math.ceil(moved / 8)
  const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
  const [source, target] = [device.createBuffer({ size, usage }), device.createBuffer({ size, usage })]
  return {
    async run(count) {
      const encoder = device.createCommandEncoder()
      for (let i = 0; i < count; i++) encoder.copyBufferToBuffer(source, 0, target, 0, size)
      device.queue.submit([encoder.finish()])
      await device.queue.onSubmittedWorkDone()
      return {}
    },
    close: () => [source, target].forEach((buffer) => buffer.destroy()),
    note: 'a copy: bytes read and written',
  }
}

/** Measures the rate of copies, which limits ops that mostly read and write. */
export async function open(): Promise<Contestant> {
  const adapter = await navigatorHere()?.gpu?.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) throw new Error('there is no graphics adapter')
  const { maxBufferSize } = adapter.limits
  const device = await adapter.requestDevice({ requiredLimits: { maxBufferSize } })
  return {
    version: 'copyBufferToBuffer',
    prepare(spec: WorkloadSpec) {
      if (spec.kind !== 'memory') throw new NotSupported('no ceiling for this')
      return copyTask(device, spec.bytes)
    },
  }
}
