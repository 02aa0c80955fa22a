import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from './safetensors.ts'

const tensors: NamedTensor[] = [
  { name: 'mask', dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
  {
    name: 'dense/kernel',
    dtype: 'float32',
    shape: [2, 2],
    data: Float32Array.of(1, -0, Number.NaN, Number.NEGATIVE_INFINITY),
  },
  { name: 'wide', dtype: 'float64', shape: [1], data: Float64Array.of(1 / 3) },
  { name: 'steps', dtype: 'int32', shape: [], data: Int32Array.of(-7) },
  { name: 'key', dtype: 'uint32', shape: [2], data: Uint32Array.of(0, 4294967295) },
  { name: 'none', dtype: 'float32', shape: [0, 3], data: new Float32Array(0) },
  { name: '__proto__', dtype: 'float32', shape: [1], data: Float32Array.of(5) },
]

/** A file with this header and `values` bytes. */
function file(header: unknown, values = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + text.length + values)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}

const description = (changes: object = {}) => ({ dtype: 'F32', shape: [2], data_offsets: [0, 8], ...changes })

it('reads what was written, in order', () => {
  const metadata = { format: 'gradus', text: 'größe "x"', ['__proto__']: 'safe' }
  const decoded = decodeSafetensors(encodeSafetensors(tensors, metadata))
  expect(decoded.tensors).toEqual(tensors)
  expect(decoded.metadata).toEqual(metadata)
  expect(({} as Record<string, unknown>)['safe']).toBeUndefined()
})

it('aligns the header and every tensor', () => {
  const bytes = encodeSafetensors(tensors)
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
  expect(length % 8).toBe(0)
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
    string,
    { data_offsets: number[] }
  >
  expect(header['wide']!.data_offsets).toEqual([0, 8])
  expect(header['dense/kernel']!.data_offsets[0]! % 4).toBe(0)
  expect(bytes.length).toBe(8 + length + 8 + 16 + 4 + 8 + 4 + 3)
})

it('reads a part of a larger buffer at any offset', () => {
  const bytes = encodeSafetensors(tensors)
  const shifted = new Uint8Array(bytes.length + 3)
  shifted.set(bytes, 3)
  expect(decodeSafetensors(shifted.subarray(3)).tensors).toEqual(tensors)
})

it('reads a file of the reference implementation, converting other types', () => {
  const bytes = readFileSync(new URL('./recorded/numpy.safetensors', import.meta.url))
  const { tensors: read, metadata } = decodeSafetensors(bytes)
  expect(metadata).toEqual({ format: 'np' })
  const values = Object.fromEntries(read.map(({ name, dtype, shape, data }) => [name, [dtype, shape, [...data]]]))
  expect(values).toEqual({
    f32: ['float32', [2, 2], [1.5, -2, Math.fround(3e-8), Number.POSITIVE_INFINITY]],
    f64: ['float64', [1], [1 / 3]],
    f16: ['float32', [6], [1.5, -2, 2 ** -24, 65504, Number.POSITIVE_INFINITY, 0.0999755859375]],
    i64: ['int32', [2], [-5, 2147483647]],
    i8: ['int32', [2], [-7, 7]],
    u8: ['int32', [2], [0, 255]],
    i16: ['int32', [1], [-300]],
    u16: ['int32', [1], [65535]],
    u64: ['uint32', [1], [4294967295]],
    i32: ['int32', [], [-9]],
    u32: ['uint32', [1], [4294967295]],
    bool: ['bool', [2], [1, 0]],
    empty: ['float32', [0, 3], []],
  })
})

it('reads bfloat16', () => {
  const bytes = file({ b: { dtype: 'BF16', shape: [2], data_offsets: [0, 4] } }, 4)
  new DataView(bytes.buffer).setUint16(bytes.length - 4, 0x3fc0, true)
  new DataView(bytes.buffer).setUint16(bytes.length - 2, 0xff80, true)
  expect([...decodeSafetensors(bytes).tensors[0]!.data]).toEqual([1.5, Number.NEGATIVE_INFINITY])
})

describe('refuses', () => {
  it.each([
    ['an empty file', new Uint8Array(3), 'it has 3 bytes, and 8 are needed'],
    [
      'a huge header',
      Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255),
      'header would be 18446744073709551615 bytes long',
    ],
    ['a header that is cut off', file({ a: description() }).subarray(0, 20), 'The file is cut off'],
    ['a header that is no JSON', file('{"a": '), 'is not JSON'],
    ['a header that is no object', file([1]), 'is not a JSON object'],
    ['a header that is no UTF-8', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe), 'is not JSON'],
    ['a description that is no object', file({ a: 3 }), "'a' has no description"],
    ['an unknown type', file({ a: description({ dtype: 'F8_E4M3' }) }, 8), '\'a\' has the type "F8_E4M3"'],
    ['a type from the prototype', file({ a: description({ dtype: 'toString' }) }, 8), '\'a\' has the type "toString"'],
    ['a negative dimension', file({ a: description({ shape: [-2] }) }, 8), "'a' has the shape [-2]"],
    [
      'a shape too large for a number',
      file({ a: description({ shape: [2 ** 40, 2 ** 40] }) }, 8),
      "'a' has the type F32 and the shape",
    ],
    [
      'offsets in the wrong order',
      file({ a: description({ data_offsets: [8, 0] }) }, 8),
      "'a' has the data_offsets [8,0]",
    ],
    [
      'offsets that are no numbers',
      file({ a: description({ data_offsets: ['0', 8] }) }, 8),
      "'a' has the data_offsets",
    ],
    [
      'values that are cut off',
      file({ a: description() }, 4),
      "'a' ends at byte 8 of the values, and the file holds 4",
    ],
    [
      'a size that does not fit the shape',
      file({ a: description({ shape: [3] }) }, 8),
      'shape [3], which take 12 bytes, and has 8',
    ],
    ['overlaps', file({ a: description(), b: description({ data_offsets: [4, 12] }) }, 12), "'a' and 'b' overlap"],
    [
      'gaps',
      file({ a: description(), b: description({ data_offsets: [12, 20] }) }, 20),
      "Before the tensor 'b' there are 4 bytes",
    ],
    ['bytes at the end', file({ a: description() }, 9), "1 bytes after its last tensor 'a'"],
    ['a name that occurs twice', file('{"\\u0061":0, "b":{"a":1}, "a":0}'), 'has the name "a" twice'],
    ['metadata that is no text', file({ __metadata__: { a: 1 } }), "'__metadata__' has a number under 'a'"],
  ])('%s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(message)
  })

  it('a header of 99 MB, before it is read', () => {
    const bytes = new Uint8Array(99_000_008)
    new DataView(bytes.buffer).setBigUint64(0, 99_000_000n, true)
    const before = performance.now()
    expect(() => decodeSafetensors(bytes)).toThrow('would be 99000000 bytes long; at most 16777216 are read')
    expect(performance.now() - before).toBeLessThan(1000)
  })

  it('64-bit numbers that do not fit', () => {
    const bytes = file({ n: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, 8)
    new DataView(bytes.buffer).setBigInt64(bytes.length - 8, 2n ** 31n, true)
    expect(() => decodeSafetensors(bytes)).toThrow("The tensor 'n' holds the 64-bit number 2147483648 at position 0")
  })

  it('to write a name twice, or values that do not fill the shape', () => {
    expect(() => encodeSafetensors([tensors[2]!, tensors[2]!])).toThrow("name 'wide' is taken")
    expect(() => encodeSafetensors([{ ...tensors[2]!, shape: [2] }])).toThrow("'wide' has 1 values and the shape [2]")
    expect(() => encodeSafetensors([{ ...tensors[2]!, name: '__metadata__' }])).toThrow("name '__metadata__' is taken")
  })
})

it('reads views of shared memory and buffers of Node, also where their bytes are not aligned', () => {
  const bytes = encodeSafetensors([{ name: 'a', dtype: 'float64', shape: [2], data: Float64Array.of(1, 2) }])
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length + 3), 3)
  shared.set(bytes)
  const buffer = Buffer.alloc(bytes.length + 1).subarray(1)
  buffer.set(bytes)
  for (const given of [shared, buffer]) {
    const [tensor] = decodeSafetensors(given).tensors
    expect(tensor!.data).toEqual(Float64Array.of(1, 2))
    expect(tensor!.data.buffer).not.toBe(given.buffer)
  }
})
