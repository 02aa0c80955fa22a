import type * as fc from 'fast-check'

/** A function that reads what comes from outside of the program, with the inputs on which it is tried. */
export interface Loader {
  readonly name: string
  /** The exported functions and methods that the loader runs. */
  readonly covers: readonly string[]
  readonly cases: fc.Arbitrary<unknown>
  /** False for a loader that has a result for every input. */
  readonly refuses?: false
  /** Reads one case. Throws one of the errors of the project, or returns a result, which is checked where it can be. */
  read(input: unknown): unknown
  /** Ends what the loader has opened. */
  close?(): void
}

/** Joins a loader and the type of its cases. */
export function loader<T>(definition: {
  readonly name: string
  readonly covers: readonly string[]
  readonly cases: fc.Arbitrary<T>
  readonly refuses?: false
  read(input: T): unknown
  close?(): void
}): Loader {
  return definition as Loader
}
