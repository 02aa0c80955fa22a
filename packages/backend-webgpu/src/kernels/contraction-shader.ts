import type { ContractionKernel } from '@gradus/schedule'
import { bytesPerElement } from '@gradus/tensor/internals'
import { Shader } from './shader.ts'

/** The shader of a contraction or of a part of one. */
export function contractionShader(
  { make, stores }: ContractionKernel,
  workgroupSize: number,
  groups: number,
  count: number,
  /** Whether it writes whole words only. */
  inWords: boolean,
): Shader {
  const writesPartialWords = !inWords && stores.some(({ stored }) => bytesPerElement(stored) !== 4)
  return new Shader({ make, workgroupSize, groups, count, writesPartialWords })
}
