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

/** The end of an error message: ` Did you mean 'x'?` with the nearest of `known`, if one is near, and the list of `known`. */
export function suggest(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known)
  const list = known.length === 0 ? 'none is known' : `known: ${known.join(', ')}`
  return `${nearest ? ` Did you mean '${nearest}'?` : ''} (${list})`
}

function nearestName(name: string, known: readonly string[]): string | undefined {
  const wanted = normalizeName(name)
  let best: string | undefined
  // at most two edits, or a third of the letters of a long name, and always fewer than the name has letters
  let bestDistance = Math.min(Math.max(2, Math.floor(wanted.length / 3)), wanted.length - 1) + 1
  for (const candidate of known) {
    const distance = editDistance(wanted, normalizeName(candidate))
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[b.length]!
}
