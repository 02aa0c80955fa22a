import type { Backend, DType } from '@gradus/tensor'
import type { OpSamples } from '@gradus/tensor/internals'

/** A backend, or how to get it. */
export type BackendSource = Backend | (() => Backend | PromiseLike<Backend>)

/** Bounds for `|actual - expected| <= tolerance * (1 + |expected|)`. */
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

export interface BackendCheckOptions {
  /** Op name, or the name of a check, to the reason why it is not run. */
  readonly skip?: Readonly<Record<string, string>>
  readonly tolerance?: Tolerances
  /** What the backend can hold (default: every dtype). */
  readonly dtypes?: readonly DType[]
  /** What to compare with (default: the cpu backend). */
  readonly reference?: Backend
  /** The ops and their inputs (default: all of `@gradus/tensor/samples`). Pass those of your own ops too. */
  readonly samples?: readonly OpSamples[]
}

export const defaultTolerances: Required<Tolerances> = {
  float32: 2e-5,
  float16: 1e-2,
  float64: 1e-10,
  gradient: 1e-6,
  secondDerivative: 1e-5,
  float32Gradient: 1e-4,
}

/** The backend itself, made once. */
export function resolver(source: BackendSource): () => Promise<Backend> {
  let made: Promise<Backend> | undefined
  return () => (made ??= Promise.resolve(typeof source === 'function' ? source() : source))
}
