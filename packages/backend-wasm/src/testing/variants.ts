import type { Backend } from '@gradus/tensor'
import { makeWasm } from '../wasm.ts'

/** The configurations of the backend. Each has to pass the same suites. */
export const variants: Readonly<Record<string, () => Backend>> = {
  'one thread': () => makeWasm({ threads: 1 }),
  'two threads that share everything': () => makeWasm({ threads: 2, worthSharing: 1 }),
  'no relaxed SIMD': () => makeWasm({ threads: 1, relaxedSimd: false }),
  'no SIMD': () => makeWasm({ threads: 1, simd: false }),
}
