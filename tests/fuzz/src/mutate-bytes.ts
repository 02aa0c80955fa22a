import fc from 'fast-check'

/** One change of bytes; positions are counted modulo the length. */
interface Edit {
  readonly kind: 'flip' | 'set' | 'insert' | 'remove' | 'repeat' | 'cut' | 'number'
  readonly at: number
  readonly count: number
  readonly bytes: Uint8Array
  readonly number: bigint
}

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('flip', 'flip', 'set', 'insert', 'remove', 'repeat', 'cut', 'number'),
  // files have their structure at the start
  at: fc.oneof(fc.nat(400), fc.nat()),
  count: fc.integer({ min: 1, max: 64 }),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 8 }),
    fc
      .constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"',
        ',',
        ':',
        '\n',
        '\r\n',
        '-',
        '9',
        '1e999',
        'null',
        '&a *a',
        '"__proto__":{}',
      )
      .map((text) => new TextEncoder().encode(text)),
  ),
  number: fc.constantFrom(0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 99_000_000n, 100_000_001n),
})

/** Makes files from good ones by up to `most` edits each. */
export function mutatedBytes(good: readonly Uint8Array[], most = 5): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.nat(good.length - 1), fc.array(edit, { maxLength: most }))
    .map(([index, edits]) => edits.reduce(edited, good[index]!.slice()))
}

/** Makes texts from good ones by edits of their bytes. */
export function mutatedText(good: readonly string[], most = 5): fc.Arbitrary<string> {
  const encoder = new TextEncoder()
  return mutatedBytes(
    good.map((text) => encoder.encode(text)),
    most,
  ).map((bytes) => new TextDecoder().decode(bytes))
}

function edited(
  bytes: Uint8Array<ArrayBuffer>,
  { kind, at, count, bytes: other, number }: Edit,
): Uint8Array<ArrayBuffer> {
  const position = bytes.length === 0 ? 0 : at % bytes.length
  const [before, after] = [bytes.subarray(0, position), bytes.subarray(position)]
  const rest = after.subarray(count)
  switch (kind) {
    case 'flip':
      if (bytes.length > 0) bytes[position]! ^= 1 << (count % 8)
      return bytes
    case 'set':
      bytes.set(other.subarray(0, bytes.length - position), position)
      return bytes
    case 'insert':
      return joined(before, other, after)
    case 'remove':
      return joined(before, rest)
    case 'repeat':
      return joined(before, after.subarray(0, count), after)
    case 'cut':
      return bytes.slice(0, position)
    case 'number': {
      const start = Math.min(position, 8) === position ? 0 : position
      if (bytes.length >= start + 8) new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(start, number, true)
      return bytes
    }
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let position = 0
  for (const part of parts) {
    result.set(part, position)
    position += part.length
  }
  return result
}
