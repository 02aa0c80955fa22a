import type { Preparation } from './prepare.ts'

/** A message to a thread: an image to prepare. */
export interface Task {
  readonly id: number
  readonly bytes: Uint8Array
  readonly preparation: Preparation
}

/** A message from a thread: the numbers, or why the image cannot be read, or another error. */
export interface Reply {
  readonly id: number
  readonly values?: Float32Array
  readonly problem?: string
  readonly error?: string
}
