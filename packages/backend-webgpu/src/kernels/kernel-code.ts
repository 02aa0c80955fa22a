/**
 * What a table entry of a shader stands for: a value by its number, memory that the kernel needs besides, or a number that
 * it is called with.
 */
export type Slot = number | 'workspace' | { readonly given: number }

/**
 * What a shader does, as the body of a function of the number of its workgroup (`row`) and of the thread in it (`lane`).
 * Several of them can be one shader, so what belongs to one of them has names with `PART` in them, the addresses of its
 * values are called `<0>`, `<1>` and so on, and its `count` is called `COUNT`: what differs in nothing else is one function.
 */
export interface ShaderCode {
  readonly body: string
  /** Variables of the workgroup, and functions. */
  readonly declarations: string
  readonly workgroupSize: number
  /** Bytes of the variables of the workgroup. */
  readonly workgroupBytes: number
  /** Whether it writes parts of words, such as truth values. */
  readonly writesPartialWords: boolean
  /** The values whose addresses it needs, and those of them that it writes. */
  readonly slots: readonly Slot[]
  readonly written: ReadonlySet<Slot>
  /** How many workgroups run. */
  readonly groups: number
  readonly count: number
}

/** The shaders of a kernel, one after the other. */
export interface KernelCode {
  readonly shaders: readonly ShaderCode[]
  readonly workspaceBytes: number
}
