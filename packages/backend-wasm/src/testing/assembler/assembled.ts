import { ModuleBuilder } from '../../assembler/index.ts'
import { functionBodies, type Wabt } from '../wabt.ts'

/** A small module that was validated and instantiated. */
interface Assembled {
  readonly text: string
  /** The lines of its functions. */
  readonly bodies: readonly (readonly string[])[]
  readonly memory: Uint8Array
  readonly exports: Readonly<Record<string, WebAssembly.Global>>
  call(name: string, ...args: (number | bigint)[]): unknown
}

/** Builds a module with a memory of one page, and passes it to the independent tool and the engine. */
export function assembled(
  wabt: Wabt,
  build: (module: ModuleBuilder) => void,
  functions: Readonly<Record<string, (...args: number[]) => unknown>> = {},
): Assembled {
  const module = new ModuleBuilder({ shared: false, maximumPages: 1 })
  build(module)
  const bytes = module.build()
  const text = wabt.text(bytes)
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, ...functions } })
  return {
    text,
    bodies: functionBodies(text),
    memory: new Uint8Array(memory.buffer),
    exports: exports as Record<string, WebAssembly.Global>,
    call: (name, ...args) => (exports[name] as (...given: (number | bigint)[]) => unknown)(...args),
  }
}
