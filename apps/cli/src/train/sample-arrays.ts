import type { HostArray } from '@gradus/core'

/** Arrays by the names of inputs or targets. */
export type NamedArrays = Readonly<Record<string, HostArray>>

/** Rows as arrays in memory. */
export interface Samples {
  /** The name of the file in messages and in the log. */
  readonly name: string
  readonly count: number
  /** By the names of inputs, `[count, ...shape]`. */
  readonly x: NamedArrays
  /** By the names of targets, `[count]` or `[count, 1]`. */
  readonly y: NamedArrays
}
