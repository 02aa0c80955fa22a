import { BackendError } from '@gradus/tensor'
import type { Op } from '@gradus/tensor/internals'

/** The error of a backend without code for an op, which `compile` throws. */
export function missingOp(backend: string, { name }: Op): BackendError {
  return new BackendError(
    `The ${backend} backend has no kernel for the op '${name}'. Give the op an \`inline\` body made of other ops, ` +
      'add a kernel of that name, or run it elsewhere with `fallback(backend, cpu())`.',
  )
}
