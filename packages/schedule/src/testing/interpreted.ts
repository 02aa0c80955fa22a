import { cpu } from '@gradus/backend-cpu'
import { runRepeatedly } from '@gradus/graph'
import { type Backend, type DeviceBuffer, sizeOf, viewOf } from '@gradus/tensor'
import { schedule } from '../schedule.ts'
import { interpret } from './interpret.ts'

/** A backend that runs the schedules of its programs by their definition. */
export function interpreted(): Backend {
  const host = cpu()
  return {
    ...host,
    name: 'interpreted',
    has: (op) => op.elementwise === true && host.has(op),
    compile(graph) {
      const scheduled = schedule(graph)
      const runOnce = (buffers: readonly DeviceBuffer[]) => {
        const inputs = graph.inputs.map(({ shape, dtype }, index) =>
          viewOf(dtype, buffers[index] as ArrayBuffer, 0, sizeOf(shape)),
        )
        return interpret(scheduled, inputs).map(({ buffer }) => buffer as DeviceBuffer)
      }
      return { run: (inputs, count = 1) => runRepeatedly(runOnce, inputs, count, host.free) }
    },
  }
}
