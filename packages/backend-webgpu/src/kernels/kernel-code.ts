/** The meaning of a table entry of a shader: the address of a value, by number, or of the workspace, or a constant. */
export type Slot = number | 'workspace' | { readonly given: number }

/**
 * The code of a part of a shader: the body of a function of its workgroup (`row`) and its thread (`lane`). Placeholders let
 * parts be combined and shared: `PART` in names that belong to one part, `<0>`, `<1>` and so on for the addresses of its
 * slots, and `COUNT` for its count. Parts with equal bodies share one function.
 */
export interface ShaderCode {
  readonly body: string
  /** Variables of the workgroup, and functions. */
  readonly declarations: string
  readonly workgroupSize: number
  /** The size of the workgroup variables, in bytes. */
  readonly workgroupBytes: number
  /** Whether it writes parts of words, as for bools. */
  readonly writesPartialWords: boolean
  /** The meaning of its table entries, and the values that it writes. */
  readonly slots: readonly Slot[]
  readonly written: ReadonlySet<Slot>
  /** The number of workgroups. */
  readonly groups: number
  readonly count: number
}

/** The shaders of a kernel, in order. */
export interface KernelCode {
  readonly shaders: readonly ShaderCode[]
  readonly workspaceBytes: number
}
