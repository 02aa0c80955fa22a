import { cpu } from '@gradus/backend-cpu'
import { runRepeatedly } from '@gradus/graph/internals'
import { type Backend, sizeOf } from '@gradus/tensor'
import { type DeviceBuffer, viewOf } from '@gradus/tensor/internals'
import { kernels } from '../../../backend-cpu/src/kernels.ts'
import { CompiledGraphs } from '../codegen/compiled-graphs.ts'
import { schedule } from '../schedule.ts'
import { interpret } from './interpret.ts'

/** A backend that runs schedules by their definition. */
export function interpreted(): Backend {
  const host = cpu()
  const reference = kernels()
  const hasKernel = (op: string) => Object.hasOwn(reference, op)
  const schedules = new CompiledGraphs({
    name: 'interpreted',
    hasElementwise: hasKernel,
    hasOpaque: hasKernel,
    compile: schedule,
  })
  return {
    ...host,
    name: 'interpreted',
    has: (op) => op.elementwise === true && host.has(op),
    compile(graph) {
      const scheduled = schedules.get(graph)
      const constants = graph.constants.map(({ dtype, shape, storage }) =>
        viewOf(dtype, storage.buffer as ArrayBuffer, 0, sizeOf(shape)),
      )
      const runOnce = (buffers: readonly DeviceBuffer[]) => {
        const inputs = graph.inputs.map(({ shape, dtype }, index) =>
          viewOf(dtype, buffers[index] as ArrayBuffer, 0, sizeOf(shape)),
        )
        return interpret(scheduled, inputs, constants).map(({ buffer }) => buffer as DeviceBuffer)
      }
      return { run: (inputs, count = 1) => runRepeatedly(runOnce, inputs, count, host.free) }
    },
  }
}
