import { FormatError } from '@gradus/core'
import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { isZip, readZip } from './read-zip.ts'
import { writeZip } from './write-zip.ts'

const text = (value: string) => new TextEncoder().encode(value)
const date = new Date('2026-01-02T03:04:06Z')
const files = { 'a.json': text('{"a": 1}'), 'folder/b': text('b'.repeat(5000)) }

/** A copy of an archive in which some letters are replaced by as many others. */
function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const letters = String.fromCharCode(...bytes).replaceAll(from, to)
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0))
}

describe('readZip', () => {
  it.each([0, 9] as const)('reads files at level %i', (level) => {
    const archive = readZip(zipSync(files, { level }))
    expect(archive.names).toEqual(['a.json', 'folder/b'])
    expect(archive.read('a.json')).toEqual(files['a.json'])
    expect(archive.read('folder/b')).toEqual(files['folder/b'])
    expect(archive.read('c')).toBeUndefined()
  })

  it('reads what writeZip wrote, and knows archives by their first bytes', () => {
    const bytes = writeZip(files, date)
    expect(readZip(bytes).read('a.json')).toEqual(files['a.json'])
    expect(isZip(bytes)).toBe(true)
    expect(isZip(text('PK'))).toBe(false)
  })

  it.each([
    ['../etc/x', 'leads out of its folder'],
    ['a/../../x', 'leads out of its folder'],
    ['/etc/pass', 'leads out of its folder'],
    ['C:/windows', 'leads out of its folder'],
    ['a\\b', 'leads out of its folder'],
  ])('refuses the name %s', (name, message) => {
    const bytes = zipSync({ [name]: text('x') })
    expect(() => readZip(bytes)).toThrow(FormatError)
    expect(() => readZip(bytes)).toThrow(message)
  })

  it('refuses a name that occurs twice', () => {
    const bytes = replaced(zipSync({ aa: text('1'), bb: text('2') }, { level: 0 }), 'bb', 'aa')
    expect(() => readZip(bytes)).toThrow("The archive has the file 'aa' twice.")
  })

  it('refuses archives that are cut off', () => {
    const bytes = writeZip(files, date)
    for (let length = 0; length < bytes.length; length += 37)
      expect(() => readZip(bytes.subarray(0, length)), String(length)).toThrow(FormatError)
  })

  it('refuses a wrong checksum, with the name of the file', () => {
    const bytes = replaced(zipSync(files, { level: 0 }), '{"a": 1}', '{"a": 2}')
    expect(() => readZip(bytes).read('a.json')).toThrow(
      "The file 'a.json' of the archive is damaged: its checksum is wrong.",
    )
  })

  it('inflates no more than the archive says, and no more than it can hold', () => {
    const bomb = zipSync({ a: new Uint8Array(2 ** 22) }, { level: 9 })
    const view = new DataView(bomb.buffer, bomb.byteOffset, bomb.length)
    const directory = view.getUint32(bomb.length - 6, true)
    view.setUint32(directory + 24, 100, true)
    expect(() => readZip(bomb).read('a')).toThrow("The file 'a' of the archive inflates to more than 100 bytes")
    view.setUint32(directory + 24, 2 ** 31, true)
    expect(() => readZip(bomb)).toThrow('would take 2147483648 bytes, far more than the')
  })

  it('inflates no file of more bytes than a caller takes', () => {
    const archive = readZip(writeZip({ a: new Uint8Array(10) }, date))
    expect(archive.read('a', 10)).toHaveLength(10)
    expect(() => archive.read('a', 9)).toThrow("The file 'a' of the archive has 10 bytes; at most 9 are read.")
  })

  it('refuses encrypted files and other methods', () => {
    const change = (offset: number, value: number) => {
      const bytes = zipSync({ a: text('x') }, { level: 0 })
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      view.setUint16(view.getUint32(bytes.length - 6, true) + offset, value, true)
      return bytes
    }
    expect(() => readZip(change(8, 1))).toThrow("The file 'a' of the archive is encrypted.")
    expect(() => readZip(change(10, 99)).read('a')).toThrow('is packed by the method 99, which is not read')
  })
})
