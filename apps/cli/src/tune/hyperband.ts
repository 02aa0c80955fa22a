/** A part of a bracket: the best `count` trials are trained up to `epochs`. */
export interface Rung {
  readonly count: number
  readonly epochs: number
}

/**
 * The brackets of Hyperband, each a list of rungs. The first bracket begins with many trials of few epochs, the last one trains few
 * trials to the end. Source: Li et al., Hyperband (JMLR 2018), algorithm 1.
 */
export function bracketsOf(maxEpochs: number, factor: number): Rung[][] {
  // a logarithm that is off by a rounding error would lose a bracket
  const last = Math.floor(Math.log(maxEpochs) / Math.log(factor) + 1e-9)
  return Array.from({ length: last + 1 }, (_, index) => {
    const s = last - index
    const count = Math.ceil(((last + 1) / (s + 1)) * factor ** s)
    return Array.from({ length: s + 1 }, (_, i) => ({
      count: Math.max(1, Math.floor(count / factor ** i)),
      epochs: Math.max(1, Math.round(maxEpochs / factor ** (s - i))),
    }))
  })
}
