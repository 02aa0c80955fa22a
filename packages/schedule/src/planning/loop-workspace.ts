import { byteSize } from '@gradus/graph/internals'
import type { ScanParams } from '@gradus/tensor/internals'
import type { FusedKernel } from '../kernels/kernel.ts'

const alignment = 16

/** The memory of a loop: the arena of its body, followed by a second buffer for each carry. */
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

/** The number of arena bytes that a kernel needs for itself. */
export function workspaceBytesOf(kernel: FusedKernel): number {
  if (kernel.kind !== 'opaque' || !kernel.body) return 0
  return loopWorkspace(kernel.node.params as ScanParams, kernel.body.plan.arenaBytes).bytes
}

function padded(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment
}
