/** The mel of a frequency in hertz. */
function melOf(hertz: number): number {
  return 1127 * Math.log(1 + hertz / 700)
}

/**
 * The weights of frequencies in the bands of the mel scale, `bins` rows of `bands` numbers. Each band is a triangle over the mels
 * around its center, from 0 to 1; the first frequency, 0, belongs to none.
 */
export function melWeights(
  bins: number,
  bands: number,
  samplingRate: number,
  [least, most]: readonly [number, number],
): Float64Array {
  const [low, high] = [melOf(least), melOf(most)]
  const edge = (index: number) => low + ((high - low) * index) / (bands + 1)
  const weights = new Float64Array(bins * bands)
  for (let bin = 1; bin < bins; bin++) {
    const mel = melOf(((samplingRate / 2) * bin) / (bins - 1))
    for (let band = 0; band < bands; band++) {
      const [start, center, end] = [edge(band), edge(band + 1), edge(band + 2)]
      const height = Math.min((mel - start) / (center - start), (end - mel) / (end - center))
      weights[bin * bands + band] = Math.max(0, height)
    }
  }
  return weights
}
