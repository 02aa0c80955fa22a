/** The two contractions of multi-head attention. */
export interface AttentionEquations {
  /** `[key, query]` to scores `[batch..., heads, query axes..., key axes...]`. */
  readonly scores: string
  /** `[scores, value]` to `[batch..., query axes..., heads, size]`. */
  readonly outputs: string
  /** The key axes of the scores. */
  readonly keyAxes: readonly number[]
}

/**
 * The contractions for projections with `rank` axes, `[batch, ..., heads, size]`, and attention over `axes`. Axes in between that
 * are not in `axes` are batch axes.
 */
export function attentionEquations(rank: number, axes: readonly number[]): AttentionEquations {
  const letters = [...'abcdefghijklmnopqrstuvwxyz']
  const query = letters.slice(0, rank)
  const key = query.map((letter, axis) => (axes.includes(axis) ? letters[rank + axes.indexOf(axis)]! : letter))
  const batch = query.filter((_, axis) => axis !== rank - 1 && !axes.includes(axis))
  const along = (from: readonly string[]) => axes.map((axis) => from[axis]!)
  const scores = [...batch, ...along(query), ...along(key)].join('')
  return {
    scores: `${key.join('')},${query.join('')}->${scores}`,
    outputs: `${scores},${key.join('')}->${query.join('')}`,
    keyAxes: axes.map((_, index) => scores.length - axes.length + index),
  }
}
