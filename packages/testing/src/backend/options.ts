import type { Backend, DType } from '@gradus/tensor'
import type { OpSamples } from '@gradus/tensor/internals'

/** A backend, or a function that makes it. */
export type BackendSource = Backend | (() => Backend | PromiseLike<Backend>)

/** Tolerances for `|actual - expected| <= tolerance * (1 + |expected|)`. */
export interface Tolerances {
  /** float32 results against the reference, inlined and compiled (default 2e-5). */
  readonly float32?: number
  /** float16 results (default 1e-2). */
  readonly float16?: number
  /** float64 results (default 1e-10). */
  readonly float64?: number
  /** First derivatives against central differences in float64 (default 1e-6). */
  readonly gradient?: number
  /** Second derivatives against central differences of the first (default 1e-5). */
  readonly secondDerivative?: number
  /** float32 gradients against those of the reference (default 1e-4). */
  readonly float32Gradient?: number
}

/** The options of `backendChecks`. */
export interface BackendCheckOptions {
  /** The checks to skip: the name of a check, or of an op for all its checks, and the reason. */
  readonly skip?: Readonly<Record<string, string>>
  readonly tolerance?: Tolerances
  /** The dtypes of the backend (default: all). */
  readonly dtypes?: readonly DType[]
  /** The backend to compare with (default: the cpu backend). */
  readonly reference?: Backend
  /** The ops and their sample inputs (default: all of `@gradus/tensor/samples`). Add those of your own ops. */
  readonly samples?: readonly OpSamples[]
}

/** The tolerances that are not given. */
export const defaultTolerances: Required<Tolerances> = {
  float32: 2e-5,
  float16: 1e-2,
  float64: 1e-10,
  gradient: 1e-6,
  secondDerivative: 1e-5,
  float32Gradient: 1e-4,
}

/** A function that returns the backend, which is made at the first call. */
export function resolver(source: BackendSource): () => Promise<Backend> {
  let made: Promise<Backend> | undefined
  return () => (made ??= Promise.resolve(typeof source === 'function' ? source() : source))
}
