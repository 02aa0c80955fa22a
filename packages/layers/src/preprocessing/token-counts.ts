interface Count {
  /** The number of occurrences of the token. */
  total: number
  /** The number of documents with the token. */
  documents: number
  /** The number of the last document with the token. */
  last: number
}

/** Counts the tokens of documents, to learn a vocabulary. */
export class TokenCounts<T> {
  private readonly counts = new Map<T, Count>()
  private documents = 0

  /** Adds the tokens of `documents` documents of equal length, document by document. */
  add(tokens: readonly T[], documents: number): void {
    const length = tokens.length / documents
    tokens.forEach((token, position) => {
      const document = this.documents + Math.floor(position / length)
      const count = this.counts.get(token)
      if (!count) this.counts.set(token, { total: 1, documents: 1, last: document })
      else {
        count.total += 1
        if (count.last !== document) count.documents += 1
        count.last = document
      }
    })
    this.documents += documents
  }

  /** The tokens, most frequent first; equally frequent ones in descending order of `compare`, as in Keras. */
  ranked(compare: (a: T, b: T) => number): T[] {
    const entries = [...this.counts].sort(([a, one], [b, other]) => other.total - one.total || compare(b, a))
    return entries.map(([token]) => token)
  }

  /** The inverse document frequency of a token: log(1 + documents / (1 + documents with the token)). */
  inverseFrequency(token: T): number {
    return Math.log(1 + this.documents / (1 + (this.counts.get(token)?.documents ?? 0)))
  }
}
