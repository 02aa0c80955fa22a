import { Dice } from '@gradus/testing/checks'
import { describe, expect, it } from 'vitest'
import { ByteWriter, instruction, sequence, signed, unsigned } from './code.ts'
import { i32 } from './scalar.ts'

/** Decodes LEB128, independently of the encoder. */
function decoded(bytes: readonly number[], withSign: boolean): bigint {
  const value = bytes.reduce((sum, byte, i) => sum + (BigInt(byte & 127) << BigInt(7 * i)), 0n)
  return withSign ? BigInt.asIntN(7 * bytes.length, value) : value
}

/** Whether only the last byte ends the number. */
const endsOnce = (bytes: readonly number[]) => bytes.every((byte, i) => byte >= 128 === i < bytes.length - 1)

describe('LEB128', () => {
  it.each([
    [0, [0]],
    [1, [1]],
    [127, [0x7f]],
    [128, [0x80, 0x01]],
    [16383, [0xff, 0x7f]],
    [16384, [0x80, 0x80, 0x01]],
    [624485, [0xe5, 0x8e, 0x26]],
    [2 ** 31, [0x80, 0x80, 0x80, 0x80, 0x08]],
    [2 ** 32 - 1, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('of %d without a sign', (value, bytes) => expect(unsigned(value)).toEqual(bytes))

  it.each([
    [0, [0]],
    [63, [0x3f]],
    [64, [0xc0, 0x00]],
    [-1, [0x7f]],
    [-64, [0x40]],
    [-65, [0xbf, 0x7f]],
    [-123456, [0xc0, 0xbb, 0x78]],
    [2 ** 31 - 1, [0xff, 0xff, 0xff, 0xff, 0x07]],
    [-(2 ** 31), [0x80, 0x80, 0x80, 0x80, 0x78]],
    // the same 32 bits as -1
    [2 ** 32 - 1, [0x7f]],
  ])('of %d with a sign', (value, bytes) => expect(signed(value)).toEqual(bytes))

  it('encodes any number correctly in as few bytes as possible', () => {
    const dice = new Dice(1)
    for (let i = 0; i < 2000; i++) {
      const value = Math.floor(2 ** (32 * dice.next()))
      const bytes = unsigned(value)
      expect(decoded(bytes, false)).toBe(BigInt(value))
      expect(endsOnce(bytes) && bytes.length === Math.max(1, Math.ceil(Math.log2(value + 1) / 7))).toBe(true)
      const negative = -Math.floor(value / 2) - 1
      expect(decoded(signed(negative), true)).toBe(BigInt(negative))
      expect(endsOnce(signed(negative))).toBe(true)
    }
  })
})

describe('code', () => {
  it('computes the operands in order, and then the instruction', () => {
    const { type, bytes } = instruction('f32', [0xfc, 0x01], i32.const(1), i32.const(2))
    const writer = new ByteWriter()
    writer.write(bytes)
    expect(type).toBe('f32')
    expect([...writer.take()]).toEqual([0x41, 1, 0x41, 2, 0xfc, 0x01])
  })

  it('of statements follows in order', () => {
    const writer = new ByteWriter()
    writer.write(sequence({ type: 'void', bytes: [1] }, sequence(), { type: 'void', bytes: [2, [3]] }).bytes)
    expect([...writer.take()]).toEqual([1, 2, 3])
  })
})

describe('a writer', () => {
  it('joins parts of all kinds, and resolves late parts when they are written', () => {
    const writer = new ByteWriter()
    let late = 5
    const bytes = [1, [2, [3]], new Uint8Array([4]), () => [late], 6]
    writer.write(bytes)
    late = 50
    writer.write(bytes)
    expect([...writer.take()]).toEqual([1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 50, 6])
    expect(writer.take()).toHaveLength(0)
  })

  it('returns copies', () => {
    const writer = new ByteWriter()
    writer.write([1, 2])
    const taken = writer.take()
    writer.write([3, 4])
    expect([...taken]).toEqual([1, 2])
  })

  it.each([1, 100, 4095, 4096, 4097, 100_000])('grows, by parts of %d bytes', (size) => {
    const writer = new ByteWriter()
    const part = Uint8Array.from({ length: size }, (_, i) => i % 251)
    const parts = Math.ceil(20_000 / size)
    for (let i = 0; i < parts; i++) writer.write(size === 1 ? [i % 251] : [part])
    const expected = Array.from({ length: size * parts }, (_, i) => (size === 1 ? i : i % size) % 251)
    expect(Buffer.compare(writer.take(), Uint8Array.from(expected))).toBe(0)
  })

  it('joins many pieces into few, and keeps late parts', () => {
    const writer = new ByteWriter()
    let late = 0
    const joined = writer.joined([1, [2, new Uint8Array([3])], () => [late], [[4], 5]])
    expect(joined).toHaveLength(3)
    late = 9
    writer.write(joined)
    expect([...writer.take()]).toEqual([1, 2, 3, 9, 4, 5])
  })
})
