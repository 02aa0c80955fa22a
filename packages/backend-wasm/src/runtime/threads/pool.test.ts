import { BackendError } from '@gradus/tensor'
import { afterEach, expect, it, vi } from 'vitest'
import { control } from '../../codegen/work-sharing.ts'
import { WasmHeap } from '../wasm-heap.ts'
import { Pool } from './pool.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** A pool without workers, whose jobs and clock the test controls. */
function poolOf(patienceMs: number) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  const pool = new Pool(new WasmHeap(memory, 'test'), 2, 'test', patienceMs)
  const words = new Int32Array(memory.buffer, pool.address, control.bytes / 4)
  let now = 1000
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  return {
    /** Checks the progress of a job after some time. */
    check(afterMs: number, job: number, finished: number, slowMs = 0) {
      now += afterMs
      words[control.job / 4] = job
      words[control.finished / 4] = finished
      return () => pool.check(slowMs)
    },
  }
}

it('a job without progress for too long has lost a thread', () => {
  const { check } = poolOf(100)
  check(0, 1, 3)()
  check(90, 1, 3)()
  expect(check(20, 1, 3)).toThrow(BackendError)
})

it('a job may take as long as on a slow machine', () => {
  const { check } = poolOf(100)
  check(0, 1, 3, 500)()
  check(590, 1, 3, 500)()
  expect(check(20, 1, 3, 500)).toThrow(/no progress for 1 s/)
})

it('progress restarts the clock', () => {
  const { check } = poolOf(100)
  for (let finished = 0; finished < 5; finished++) expect(check(90, 1, finished)).not.toThrow()
})

it('a new job with the progress of an old one is not stalled', () => {
  const { check } = poolOf(100)
  check(0, 1, 3)()
  expect(check(10_000, 2, 3)).not.toThrow()
  expect(check(90, 2, 3)).not.toThrow()
  expect(check(20, 2, 3)).toThrow(BackendError)
})
