/** Something in a case has no counterpart here yet; the message names it, such as `layer GRU`. */
export class Unsupported extends Error {
  override name = 'Unsupported'
}

/** A value that is not what Keras gave. */
export interface Deviation {
  /** Such as `outputs[0]`. */
  readonly field: string
  readonly expected: string
  readonly got: string
  /** How many times larger than allowed; infinite where that makes no sense. */
  readonly excess: number
}

/** What came of one case. `missing` are the parts of it that could not be compared. */
export interface Outcome {
  readonly name: string
  readonly group: string
  readonly deviations: readonly Deviation[]
  readonly missing: readonly string[]
}

export type Verdict = 'passed' | 'failed' | 'unsupported'

export function verdictOf({ deviations, missing }: Outcome): Verdict {
  if (deviations.length > 0) return 'failed'
  return missing.length > 0 ? 'unsupported' : 'passed'
}
