/** A part of a case has no counterpart in Gradus yet. The message names it: `layer GRU`. */
export class Unsupported extends Error {
  override name = 'Unsupported'
}

/** A value that differs from the recorded one. */
export interface Deviation {
  /** Such as `outputs[0]`. */
  readonly field: string
  readonly expected: string
  readonly got: string
  /** The deviation divided by the tolerance; infinite if the value is not a number. */
  readonly excess: number
}

/** The result of one case. `missing` names the parts that could not be compared. */
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
