import type { Callable, F64, I32, Local, Locals, ModuleBuilder } from '../assembler/index.ts'
import type { ExternalName } from '../elementwise/row.ts'
import type { Arithmetic } from '../math/index.ts'

/** Which instructions the machine has. */
export interface Features {
  readonly simd: boolean
  readonly relaxedSimd: boolean
}

/** For what kind of memory and how many threads code is generated. */
export interface Target {
  readonly features: Features
  readonly threads: number
  readonly maximumPages: number
  /** From how much work on (see `KernelFunction.work`) a kernel is shared between threads. */
  readonly worthSharing: number
}

/** The function in which kernels are called: its variables, and where its table of addresses begins. */
export interface Caller {
  readonly locals: Locals
  readonly start: I32
}

/** What the code of all kernels of a module shares. */
export interface Tools {
  readonly module: ModuleBuilder
  readonly features: Features
  readonly arithmetic: Arithmetic
  /** The thread's own working memory. */
  readonly scratch: Local<'i32'>
  external(name: ExternalName, inputs: readonly F64[]): F64
  /** How many elements a value has. */
  sizeOf(value: number): number
  /** Whether denormal numbers become 0 when this value is stored: it is carried from step to step. */
  flushes(value: number): boolean
}

/** The parameters of a kernel: where the pointers to its values lie, and the first unit of work and the one after the last. */
export const kernelSignature = { params: ['i32', 'i32', 'i32'], result: 'void' } as const

/** The code of a kernel, or of a part of it, as a function of a module. */
export interface KernelCode {
  readonly callable: Callable<typeof kernelSignature.params, 'void'>
  /** The values whose addresses it expects, in this order. */
  readonly values: readonly number[]
  /** How many units of work there are; they may run in any order and at once, unless they are `inOrder`. */
  readonly units: number
  /** Units write to the same places: they have to run one after the other. */
  readonly inOrder?: boolean
  /** How much of the thread's own working memory it uses. */
  readonly scratchBytes: number
  /** How much of the workspace it uses. */
  readonly workspaceBytes: number
  /** It only rearranges values in the workspace for the function after it. */
  readonly prepares?: true
}

/** Such code with what decides whether several threads run it. */
export interface KernelFunction extends KernelCode {
  /** Its additions, multiplications and memory accesses, roughly. */
  readonly work: number
  /** Calls functions that only the main thread has. */
  readonly mainThreadOnly: boolean
}

/**
 * Stands among the values of a kernel for memory that all threads share and that lasts from one kernel function to the next
 * of the same kernel.
 */
export const workspace = -1

/** Reads the addresses of a kernel's values, in the order in which they are first asked for. */
export class Pointers {
  readonly values: number[] = []

  constructor(private readonly args: I32) {}

  /** Where the address of a value lies. */
  slotOf(value: number): { readonly base: I32; readonly offset: number } {
    let place = this.values.indexOf(value)
    if (place < 0) place = this.values.push(value) - 1
    return { base: this.args, offset: 4 * place }
  }
}
