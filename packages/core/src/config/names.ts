/**
 * A name in lower case without `_`, `-` and spaces, as names are compared: `mean_squared_error`, `meanSquaredError` and
 * `MeanSquaredError` are equal.
 */
export function normalizeName(name: string): string {
  return name.replace(/[_\s-]/g, '').toLowerCase()
}

/**
 * A class name in snake case, without its namespace: `BatchNormalization` becomes `batch_normalization`, `Conv2D` becomes
 * `conv2d`. Automatic layer names begin with it, as in Keras (`to_snake_case`).
 */
export function snakeCase(name: string): string {
  return name
    .replace(/^.*\//, '')
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
}

/**
 * The end of an error message: ` Did you mean 'x'?` with the nearest of `known` and `aliases`, if one is near, and the list of
 * `known`.
 */
export function suggest(name: string, known: readonly string[], aliases: readonly string[] = []): string {
  const meant = abbreviations[normalizeName(name)]
  const nearest = meant && known.includes(meant) ? meant : nearestName(name, [...known, ...aliases])
  const list = known.length === 0 ? 'none is known' : `known: ${known.join(', ')}`
  return `${nearest ? ` Did you mean '${nearest}'?` : ''} (${list})`
}

/** Options by the short names that other libraries have for them. */
const abbreviations: Readonly<Record<string, string>> = {
  lr: 'learningRate',
}

function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > 100) return undefined // the distance takes the product of the lengths
  const wanted = normalizeName(name)
  let best: string | undefined
  // one edit of a name of three letters, two of a longer one, a third of the letters of a long one; none of a single letter
  const most = wanted.length <= 3 ? 1 : Math.max(2, Math.floor(wanted.length / 3))
  let bestDistance = Math.min(most, wanted.length - 1) + 1
  for (const candidate of known) {
    const distance = editDistance(wanted, normalizeName(candidate))
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Levenshtein distance with exchanged neighbors as one edit, one row at a time. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const exchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      next[j] = Math.min(
        next[j - 1]! + 1,
        row[j]! + 1,
        row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
        exchanged ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = row
    row = next
  }
  return row[b.length]!
}
