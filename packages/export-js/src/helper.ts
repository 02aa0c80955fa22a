/** A function that exported files contain where they use it. */
export interface Helper {
  /** The name that it has there. */
  readonly name: string
  readonly source: string
  /** The helpers that it calls. */
  readonly uses?: readonly Helper[]
}
