const [quote, backslash, open, close, openList, closeList, colon] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d, 0x3a]

/**
 * Returns a key that occurs twice in the outermost object of a JSON text, of which `JSON.parse` keeps the last; undefined if there is
 * none. `different` is the number of different keys.
 */
export function repeatedKey(json: Uint8Array, different: number): string | undefined {
  const keys: string[] = []
  let depth = 0
  let start = 0
  let end = 0
  for (let i = 0; i < json.length; i++) {
    const byte = json[i]
    if (byte === quote) {
      start = i
      for (i++; json[i] !== quote; i++) if (json[i] === backslash) i++
      end = i + 1
    } else if (byte === open || byte === openList) depth++
    else if (byte === close || byte === closeList) depth--
    else if (byte === colon && depth === 1)
      keys.push(JSON.parse(new TextDecoder().decode(json.subarray(start, end))) as string)
  }
  if (keys.length === different) return undefined
  const seen = new Set<string>()
  return keys.find((key) => seen.size === seen.add(key).size)
}
