import type { Backend } from '@gradus/tensor'
import { detectFeatures } from '../runtime/features.ts'
import { makeWasm } from '../wasm.ts'

/** The configurations of the backend. Each has to pass the same suites. */
export const variants: Readonly<Record<string, () => Backend>> = {
  'one thread': () => makeWasm({ threads: 1 }),
  'two threads that share everything': () => makeWasm({ threads: 2, worthSharing: 1 }),
  'no relaxed SIMD': () => makeWasm({ threads: 1, relaxedSimd: false }),
  'no SIMD': () => makeWasm({ threads: 1, simd: false }),
}

/** Those that differ on this engine: without relaxed SIMD, one thread never has it. */
export const variantsHere = Object.entries(variants).filter(
  ([name]) => name !== 'no relaxed SIMD' || detectFeatures().relaxedSimd,
)
