/**
 * Returns byte arrays one after the other; a single one as it is, not a copy.
 *
 * @example
 * import { joinBytes } from '@gradus/core'
 * joinBytes([Uint8Array.of(1), Uint8Array.of(2, 3)]) // => [1, 2, 3]
 */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!
  const joined = new Uint8Array(parts.reduce((total, { length }) => total + length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}
