// A contestant: the highest rates of one thread of WebAssembly, of arithmetic and of copies.
import { type Contestant, NotSupported, type Task } from '../../shared/contestant.ts'
import { serve } from '../../shared/serve.ts'
import type { WorkloadSpec } from '../../shared/spec.ts'
import { arithmetic, copy, operationsPerRound } from './programs.ts'

interface MemorySize {
  readonly initial: number
  readonly maximum: number
}

/** The used parts of WebAssembly, which the types of ECMAScript and Node do not declare. */
interface Wasm {
  readonly Memory: new (size: MemorySize) => object
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: { readonly run: Run } }
  validate(bytes: Uint8Array<ArrayBuffer>): boolean
}

type Run = (...args: readonly number[]) => number

const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: Wasm }

function instantiate(bytes: Uint8Array<ArrayBuffer>, pages: number): Run {
  const memory = new wasm.Memory({ initial: pages, maximum: 65536 })
  return new wasm.Instance(new wasm.Module(bytes), { env: { memory } }).exports.run
}

/** Runs as many operations as one unit of work has. */
function arithmeticTask(relaxed: boolean, operations: number): Task {
  const run = instantiate(arithmetic(relaxed), 1)
  const rounds = Math.max(1, Math.round(operations / operationsPerRound(relaxed)))
  return {
    run(count) {
      for (let i = 0; i < count; i++) run(rounds)
      return {}
    },
    note: relaxed ? 'fused multiply-add (relaxed SIMD), in registers' : 'multiply and add, in registers',
  }
}

function copyTask(elements: number, note: string): Task {
  const bytes = 64 * Math.ceil(elements / 16)
  const run = instantiate(copy(), Math.ceil((2 * bytes) / 65536))
  return {
    run(count) {
      for (let i = 0; i < count; i++) run(0, bytes, 2 * bytes)
      return {}
    },
    note,
  }
}

await serve((): Contestant => {
  const relaxed = wasm.validate(arithmetic(true))
  return {
    version: 'register-only multiply-add and copy loops in wasm SIMD',
    prepare(spec: WorkloadSpec) {
      switch (spec.kind) {
        case 'matmul':
          return arithmeticTask(relaxed, 2 * spec.size ** 3)
        case 'elementwise':
          return copyTask(spec.elements, 'a copy: bytes read and written')
        default:
          throw new NotSupported('no ceiling for this')
      }
    },
  }
})
