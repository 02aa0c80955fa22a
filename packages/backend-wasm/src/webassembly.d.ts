/** The parts of the WebAssembly API that this package uses, which the configured libraries do not declare. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean })
    readonly buffer: ArrayBuffer | SharedArrayBuffer
    grow(pages: number): number
  }

  class Global {
    value: number
  }

  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>)
  }

  class Instance {
    constructor(module: Module, imports?: Record<string, Record<string, unknown>>)
    readonly exports: Record<string, unknown>
  }

  class CompileError extends Error {}

  function validate(bytes: Uint8Array<ArrayBuffer>): boolean
}
