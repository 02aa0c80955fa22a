import type { ScanParams } from '@gradus/tensor'
import { byteSize } from '../plan-steps.ts'
import type { FusedKernel } from './kernel.ts'

const alignment = 16

/** Where in the room of a loop what is kept: the values of a step first, then a second place for each carry. */
export interface LoopRoom {
  readonly carries: readonly number[]
  readonly bytes: number
}

/** The room that a loop needs besides its inputs and outputs. */
export function loopRoom({ body, carries }: ScanParams, arenaBytes: number): LoopRoom {
  let bytes = padded(arenaBytes)
  const places = body.inputs.slice(0, carries).map((aval) => {
    const place = bytes
    bytes += padded(byteSize(aval))
    return place
  })
  return { carries: places, bytes }
}

/** How many bytes of the arena a kernel needs while it runs. */
export function roomFor(kernel: FusedKernel): number {
  if (kernel.kind !== 'whole' || !kernel.body) return 0
  return loopRoom(kernel.node.params as ScanParams, kernel.body.plan.arenaBytes).bytes
}

function padded(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment
}
