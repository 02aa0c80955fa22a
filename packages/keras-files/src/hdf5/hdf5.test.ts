import { readFileSync } from 'node:fs'
import { FormatError } from '@gradus/core'
import { describe, expect, it } from 'vitest'
import { ByteReader } from './byte-reader.ts'
import { type Message, messageTypes } from './messages.ts'
import { NewGroup } from './new-group.ts'
import { isHdf5, readHdf5 } from './read-hdf5.ts'
import { storedBytesOf } from './storage.ts'
import { writeHdf5 } from './write-hdf5.ts'

const recorded = (name: string) => readFileSync(new URL(`../recorded/${name}`, import.meta.url))

/** The names, attributes and numbers of all groups. */
function contents(group: ReturnType<typeof readHdf5>): unknown {
  return {
    attributes: Object.fromEntries(group.attributes),
    entries: Object.fromEntries(
      group.names.map((name) => {
        const inner = group.group(name)
        const values = inner ? undefined : group.values(name)
        return [name, inner ? contents(inner) : { ...values, data: [...(values?.data ?? [])] }]
      }),
    ),
  }
}

describe('readHdf5', () => {
  const forms = readHdf5(recorded('forms.h5'))

  it('reads numbers in all forms that h5py writes', () => {
    const { shape, data } = forms.values('chunked')!
    expect([shape, [...data]]).toEqual([[6, 10], Array.from({ length: 60 }, (_, index) => index)])
    expect([...forms.values('big_endian')!.data]).toEqual([1, -2, 3])
    expect([...forms.values('half')!.data]).toEqual([1.5, -2])
    expect(forms.values('flags')).toEqual({ shape: [2], dtype: 'bool', data: Uint8Array.of(1, 0) })
    expect(forms.values('scalar')).toEqual({ shape: [], dtype: 'float64', data: Float64Array.of(2.5) })
    expect(forms.values('empty')).toEqual({ shape: [0, 2], dtype: 'float32', data: new Float32Array(0) })
    expect([...forms.values('many/17')!.data]).toEqual([17])
    expect(forms.values('many/20')).toBeUndefined()
  })

  it('reads attributes with texts and lists of texts, and leaves out others and links', () => {
    expect(Object.fromEntries(forms.attributes)).toEqual({ list: ['a', 'bc'], fixed: 'abc', long: 'y'.repeat(700) })
    expect(forms.group('many')!.names.length).toBe(20)
    expect(forms.names).not.toContain('soft')
  })

  it('refuses texts as weights', () => {
    expect(() => forms.values('text')).toThrow("The dataset 'text' holds texts; only numbers are read.")
  })

  it.each(['small.h5', 'small.weights.h5', 'forms.h5'])('refuses %s where it is cut off', (name) => {
    const bytes = recorded(name)
    expect(isHdf5(bytes)).toBe(true)
    for (let length = 0; length < bytes.length - 8; length += 501)
      expect(() => readHdf5(bytes.subarray(0, length)), String(length)).toThrow(FormatError)
  })

  it('refuses groups that form a circle', () => {
    const root = new NewGroup()
    root.at('inner').add('x', { dtype: 'float32', shape: [1], data: Float32Array.of(1) })
    const bytes = writeHdf5(root)
    const view = new DataView(bytes.buffer)
    const rootAddress = view.getBigUint64(64, true)
    // the entry of the group in the entries of the root
    const tree = Number(view.getBigUint64(80, true))
    const entries = Number(view.getBigUint64(tree + 32, true))
    view.setBigUint64(entries + 16, rootAddress, true)
    let group: ReturnType<typeof readHdf5> | undefined = readHdf5(bytes)
    expect(() => {
      while (group) group = group.group('inner')
    }).toThrow(/lies deeper than 64 groups, or the groups of the file form a circle|leads back to itself/)
  })

  it('refuses a tree that leads back to itself', () => {
    const root = new NewGroup()
    for (let i = 0; i < 300; i++) root.add(`x${i}`, { dtype: 'int32', shape: [], data: Int32Array.of(i) })
    const bytes = writeHdf5(root)
    const view = new DataView(bytes.buffer)
    const tree = view.getBigUint64(80, true)
    view.setBigUint64(Number(tree) + 32, tree, true)
    expect(() => readHdf5(bytes)).toThrow('is of another kind or level than its place')
  })

  it('refuses a shape that is larger than its values', () => {
    const root = new NewGroup()
    root.add('x', { dtype: 'float32', shape: [77, 3], data: new Float32Array(231) })
    const bytes = writeHdf5(root)
    const view = new DataView(bytes.buffer)
    const at = bytes.findIndex((byte, index) => byte === 77 && bytes[index + 8] === 3)
    view.setBigUint64(at, 78n, true)
    expect(() => readHdf5(bytes).values('x')).toThrow("The HDF5 file is damaged: The dataset 'x' has 924 bytes")
    view.setBigUint64(at, 2n ** 40n, true)
    expect(() => readHdf5(bytes).values('x')).toThrow('at most 268435456 elements are read')
  })
})

describe('hostile HDF5', () => {
  const written = () => {
    const root = new NewGroup()
    root.attributes.set('config', 'x'.repeat(2 ** 16))
    root.add('w', { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) })
    return writeHdf5(root)
  }

  it('with a text that attributes repeat has a limit', () => {
    const reader = new ByteReader(written())
    for (let i = 0; i < 256; i++) reader.countText(2 ** 16, 0)
    expect(() => reader.countText(1, 77)).toThrow('the texts up to that at byte 77 have far more bytes than the file')
  })

  it('with values in another file is refused', () => {
    const reader = new ByteReader(new Uint8Array(64))
    const messages = [messageTypes.layout, messageTypes.externalFiles].map(
      (type) => ({ type, at: 0, end: 8 }) as Message,
    )
    const form = { shape: [2], elementBytes: 4, length: 8, title: "The dataset 'w'" }
    expect(() => storedBytesOf(reader, messages, form)).toThrow("The dataset 'w' has its values in another file")
  })

  it('with chunks that share their bytes is refused', () => {
    // two leaves for a dataset of one chunk, both at byte 200
    const bytes = new Uint8Array(256)
    const view = new DataView(bytes.buffer)
    bytes.set([3, 2, 2]) // the layout, in chunks, of rank 1 and the bytes of an element
    view.setBigUint64(3, 40n, true)
    view.setUint32(11, 2, true)
    view.setUint32(15, 4, true)
    bytes.set(
      [...'TREE'].map((letter) => letter.charCodeAt(0)),
      40,
    )
    bytes[44] = 1
    view.setUint16(46, 2, true)
    for (const at of [48, 56]) view.setBigUint64(at, 2n ** 64n - 1n, true)
    for (const key of [64, 96]) {
      view.setUint32(key, 8, true)
      view.setBigUint64(key + 24, 200n, true)
    }
    const form = { shape: [2], elementBytes: 4, length: 8, title: "The dataset 'w'" }
    const read = () =>
      storedBytesOf(new ByteReader(bytes), [{ type: messageTypes.layout, at: 0, end: 19 } as Message], form)
    expect(read).toThrow("The dataset 'w' has more chunks than its shape takes")
    view.setUint16(46, 1, true)
    expect(read()).toEqual(new Uint8Array(8))
  })
})

describe('writeHdf5', () => {
  it('writes what readHdf5 reads', () => {
    const root = new NewGroup()
    root.add('a/b/w', { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, 2) })
    root.add('f64', { dtype: 'float64', shape: [1], data: Float64Array.of(0.1) })
    root.add('u32', { dtype: 'uint32', shape: [], data: Uint32Array.of(4e9) })
    root.add('flags', { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) })
    root.add('none', { dtype: 'float32', shape: [0, 2], data: new Float32Array(0) })
    for (let i = 0; i < 700; i++) root.add(`many/${i}`, { dtype: 'int32', shape: [], data: Int32Array.of(i) })
    root.attributes.set('text', 'ä'.repeat(40000))
    root.at('a').attributes.set('names', ['x', 'äö'])
    root.at('a').attributes.set('empty', [])
    const read = readHdf5(writeHdf5(root))
    expect(read.attributes.get('text')).toBe('ä'.repeat(40000))
    expect(contents(read.group('a')!)).toEqual({
      attributes: { names: ['x', 'äö'], empty: [] },
      entries: {
        b: { attributes: {}, entries: { w: { shape: [1, 2], dtype: 'float32', data: [1, 2] } } },
      },
    })
    expect(read.values('f64')!.data[0]).toBe(0.1)
    expect(read.values('u32')!.data[0]).toBe(4e9)
    expect([...read.values('flags')!.data]).toEqual([1, 0])
    expect(read.values('none')!.shape).toEqual([0, 2])
    const many = read.group('many')!
    expect(many.names.map((name) => many.values(name)!.data[0]).sort((a, b) => a! - b!)).toEqual(
      Array.from({ length: 700 }, (_, index) => index),
    )
  })

  it('splits lists that do not fit an attribute', () => {
    const root = new NewGroup()
    const names = Array.from({ length: 5000 }, (_, index) => `layer_with_a_long_name_${index}`)
    root.attributes.set('weight_names', names)
    const { attributes } = readHdf5(writeHdf5(root))
    expect([...attributes.keys()]).toEqual(['weight_names0', 'weight_names1', 'weight_names2'])
    expect([...attributes.values()].flat()).toEqual(names)
  })

  it('refuses a name that is taken', () => {
    const root = new NewGroup()
    const x = { dtype: 'int32', shape: [], data: Int32Array.of(1) } as const
    root.add('a/x', x)
    expect(() => root.add('a/x', x)).toThrow("The file would have 'x' of 'a/x' twice.")
    expect(() => root.add('a/x/y', x)).toThrow("The file would have 'x' of 'a/x' twice.")
  })
})
