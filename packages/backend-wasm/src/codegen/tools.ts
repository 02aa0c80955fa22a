import {
  type Callable,
  type F64,
  type I32,
  i32,
  type Local,
  type Locals,
  type ModuleBuilder,
} from '../assembler/index.ts'
import type { ExternalName } from '../elementwise/row.ts'
import type { Arithmetic } from '../math/index.ts'
import type { Block } from './block.ts'

/** The instructions that the engine has. */
export interface Features {
  readonly simd: boolean
  readonly relaxedSimd: boolean
}

/** The memory and the threads for which code is generated. */
export interface Target {
  readonly features: Features
  readonly threads: number
  readonly maximumPages: number
  /** A kernel with at least this much work (see `KernelFunction.work`) is shared between threads. */
  readonly worthSharing: number
}

/** The function that calls kernels: its locals, and the address of its table. */
export interface Caller {
  readonly locals: Locals
  readonly start: I32
}

/** Tools that the code of all kernels of a module shares. */
export interface Tools {
  readonly module: ModuleBuilder
  readonly features: Features
  readonly arithmetic: Arithmetic
  /** The thread's scratch memory. */
  readonly scratch: Local<'i32'>
  external(name: ExternalName, inputs: readonly F64[]): F64
  /** The number of elements of a value. */
  sizeOf(value: number): number
  /** Whether denormal numbers become 0 when a value is stored, which is so for values that a program updates. */
  flushes(value: number): boolean
}

/** The parameters of a kernel: the address of the pointers to its values, the first unit of work and the end. */
export const kernelSignature = { params: ['i32', 'i32', 'i32'], result: 'void' } as const

/** The code of a kernel, or of a part of it, as a function of a module. */
export interface KernelCode {
  readonly callable: Callable<typeof kernelSignature.params, 'void'>
  /** The values whose addresses it expects, in order. */
  readonly values: readonly number[]
  /** The number of units of work. They may run in any order and in parallel, unless they are `inOrder`. */
  readonly units: number
  /** Units may write to the same elements, so they must run in order. */
  readonly inOrder?: boolean
  /** The size of the scratch memory that it uses. */
  readonly scratchBytes: number
  /** The size of the workspace that it uses. */
  readonly workspaceBytes: number
  /** It only packs an operand for the next function. */
  readonly prepares?: true
}

/** A function with the facts that decide whether threads share it. */
export interface KernelFunction extends KernelCode {
  /** Roughly its additions, multiplications and memory accesses. */
  readonly work: number
  /** It calls functions that only the main thread has. */
  readonly mainThreadOnly: boolean
}

/**
 * Stands for the workspace among the values of a kernel. All threads share it, and it lasts from one function of a kernel
 * to the next.
 */
export const workspace = -1

/** Reads the addresses of a kernel's values, in the order of first use. */
export class Pointers {
  readonly values: number[] = []

  /** The addresses are loaded in `block`, on first use. */
  constructor(
    private readonly args: I32,
    private readonly block: Block,
  ) {}

  of(value: number): I32 {
    return this.block.once(`pointer ${value}`, () => i32.load(this.args, 4 * (this.values.push(value) - 1)))
  }
}
