import { byteSize } from '@gradus/graph'
import type { ScanParams } from '@gradus/tensor'
import type { FusedKernel } from '../kernels/kernel.ts'

const alignment = 16

/** The memory that a loop uses for itself: the arena of its body, then a second buffer for each carry. */
export interface LoopWorkspace {
  /** The offset of the second buffer of each carry. */
  readonly carries: readonly number[]
  readonly bytes: number
}

/** The workspace of a loop whose body has an arena of `arenaBytes`. */
export function loopWorkspace({ body, carries }: ScanParams, arenaBytes: number): LoopWorkspace {
  let bytes = padded(arenaBytes)
  const offsets = body.inputs.slice(0, carries).map((aval) => {
    const offset = bytes
    bytes += padded(byteSize(aval))
    return offset
  })
  return { carries: offsets, bytes }
}

/** How many bytes of the arena a kernel needs for itself while it runs. */
export function workspaceBytesOf(kernel: FusedKernel): number {
  if (kernel.kind !== 'opaque' || !kernel.body) return 0
  return loopWorkspace(kernel.node.params as ScanParams, kernel.body.plan.arenaBytes).bytes
}

function padded(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment
}
