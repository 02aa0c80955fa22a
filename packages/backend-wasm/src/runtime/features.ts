import { type F32, f32x4, i32x4, ModuleBuilder, type V128 } from '../assembler/index.ts'
import type { Features } from '../codegen/tools.ts'

/** Why generated code cannot run here; undefined if it can. */
export function codeObstacle(): string | undefined {
  if (typeof WebAssembly === 'undefined') return 'There is no WebAssembly here.'
  try {
    new WebAssembly.Module(new ModuleBuilder({ shared: false, maximumPages: 1 }).build())
    return undefined
  } catch (error) {
    return (
      `The engine does not compile WebAssembly at run time (${(error as Error).message}). ` +
      "In a page with a Content-Security-Policy, its script-src has to contain 'wasm-unsafe-eval'."
    )
  }
}

/** The instructions that the engine accepts. */
export function detectFeatures(): Features {
  return { simd: accepts(i32x4.splat({ type: 'i32', bytes: [0x41, 0] })), relaxedSimd: accepts(madd()) }
}

function madd(): V128 {
  const one = f32x4.const(1)
  return f32x4.relaxedMadd(one, one, one)
}

function accepts(value: V128): boolean {
  const module = new ModuleBuilder({ shared: false, maximumPages: 1 })
  const signature = { params: [], result: 'f32' } as const
  module.exportFunction(
    'run',
    module.function(signature, (): F32 => f32x4.extract(value, 0)),
  )
  return WebAssembly.validate(module.build())
}
