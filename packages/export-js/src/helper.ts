/** A function that exported files contain where they use it. */
export interface Helper {
  readonly source: string
  /** The helpers that it calls. */
  readonly uses?: readonly string[]
}
