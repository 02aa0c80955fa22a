import type { Launch } from './launches.ts'

/** A batch within these limits runs faster in one workgroup than it is dispatched. */
const fewGroups = 8
const fewOperations = 2 ** 17
/** More parts would take long to compile. */
const maxParts = 64
/** The most characters of code in one chain. Drivers refuse larger shaders, or take very long to compile them. */
const maxCode = 2 ** 17
/** The workgroup memory of every device. */
const workgroupBytes = 16384

/** Consecutive batches that one workgroup runs in one dispatch, or one batch that is dispatched normally. */
export type Chain = readonly (readonly Launch[])[]

/** Combines small consecutive batches. */
export function chainsOf(batches: readonly (readonly Launch[])[]): Chain[] {
  const chains: {
    batches: (readonly Launch[])[]
    parts: number
    bytes: number
    length: number
    size: number | undefined
  }[] = []
  for (const batch of batches) {
    const size = sizeOfSmall(batch)
    const bytes = batch.reduce((sum, { code }) => sum + code.workgroupBytes, 0)
    const length = batch.reduce((sum, { code }) => sum + code.body.length, 0)
    const last = chains.at(-1)
    const fits =
      last &&
      last.parts + batch.length <= maxParts &&
      last.bytes + bytes <= workgroupBytes &&
      last.length + length <= maxCode
    if (size !== undefined && fits && last.size === size) {
      last.batches.push(batch)
      last.parts += batch.length
      last.bytes += bytes
      last.length += length
    } else chains.push({ batches: [batch], parts: batch.length, bytes, length, size })
  }
  return chains.map((chain) => chain.batches)
}

/** The workgroup size of a small batch; undefined for other batches. */
function sizeOfSmall(batch: readonly Launch[]): number | undefined {
  const groups = batch.reduce((sum, { code }) => sum + code.groups, 0)
  const operations = batch.reduce((sum, launch) => sum + launch.operations, 0)
  const [size, ...others] = new Set(batch.map(({ code }) => code.workgroupSize))
  return groups <= fewGroups && operations <= fewOperations && others.length === 0 ? size : undefined
}
