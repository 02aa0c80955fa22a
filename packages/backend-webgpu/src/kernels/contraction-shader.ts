import type { ContractionKernel } from '@gradus/schedule'
import { bytesPerElement } from '@gradus/tensor'
import { Shader } from './shader.ts'

/** A shader for (a part of) a contraction. */
export function contractionShader(
  { make, stores }: ContractionKernel,
  workgroupSize: number,
  groups: number,
  count: number,
  /** Whether all that it writes are whole words. */
  inWords: boolean,
): Shader {
  const writesPartialWords = !inWords && stores.some(({ stored }) => bytesPerElement(stored) !== 4)
  return new Shader({ make, workgroupSize, groups, count, writesPartialWords })
}
