import { ImageProblem } from './image-problem.ts'

/**
 * Unpacks `length` bytes that were packed by the LZW of GIF, with codes that begin with `bits` + 1 bits. Throws `ImageProblem` for
 * invalid codes and for fewer bytes. Further bytes are left out.
 */
export function unpackLzw(data: Uint8Array, bits: number, length: number): Uint8Array {
  if (bits < 1 || bits > 8) throw new ImageProblem(`has codes of ${bits} bits, which GIF does not have`)
  const clear = 1 << bits
  const end = clear + 1
  // each code is the string of another code and one byte more
  const before = new Uint16Array(4096)
  const last = new Uint8Array(4096)
  const lengths = new Uint16Array(4096).fill(1, 0, clear)
  for (let code = 0; code < clear; code++) last[code] = code
  const result = new Uint8Array(length)
  let [next, size, previous, to] = [end + 1, bits + 1, -1, 0]
  let [held, heldBits] = [0, 0]
  for (let at = 0; to < length; ) {
    while (heldBits < size && at < data.length) {
      held |= data[at++]! << heldBits
      heldBits += 8
    }
    if (heldBits < size) throw new ImageProblem(`ends early: it has ${to} of ${length} pixels`)
    const code = held & ((1 << size) - 1)
    held >>>= size
    heldBits -= size
    if (code === end) throw new ImageProblem(`ends early: it has ${to} of ${length} pixels`)
    if (code === clear) {
      ;[next, size, previous] = [end + 1, bits + 1, -1]
      continue
    }
    if (code > next || (code === next && previous < 0) || (previous < 0 && code > end))
      throw new ImageProblem(`is damaged: it has the code ${code} where at most ${next} is known`)
    const known = code < next ? code : previous
    let first = known
    while (first > end) first = before[first]!
    if (previous >= 0 && next < 4096) {
      before[next] = previous
      last[next] = last[first]!
      lengths[next] = lengths[previous]! + 1
      next++
      if (next === 1 << size && size < 12) size++
    }
    const count = lengths[code]!
    let part = code
    for (let i = to + count - 1; i >= to; i--) {
      if (i < length) result[i] = last[part]!
      part = before[part]!
    }
    to += count
    previous = code
  }
  return result
}
