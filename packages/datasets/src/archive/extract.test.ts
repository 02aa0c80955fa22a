import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DataError, FormatError } from '@gradus/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Member, tar, tarGz, zip } from '../testing/archives.ts'
import { extractArchive } from './platform-extract.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-extract-'))
})

afterEach(() => rm(folder, { recursive: true }))

async function extract(bytes: Uint8Array, maxBytes?: number, format: 'auto' | 'zip' | 'tar' = 'auto') {
  await writeFile(join(folder, 'archive'), bytes)
  await extractArchive(join(folder, 'archive'), join(folder, 'out'), format, maxBytes)
}

const large = new Uint8Array(3_000_000).map((_, i) => i % 251)
const members: Member[] = [
  { name: 'a/', type: '5' },
  { name: 'a/b.txt', data: 'text' },
  { name: 'c/d/large.bin', data: large },
  { name: 'empty' },
]
const forms = { tar, 'tar.gz': tarGz, zip, 'zip without compression': (m: readonly Member[]) => zip(m, true) }

describe.each(Object.entries(forms))('%s', (form, make) => {
  it('is extracted', async () => {
    await extract(make(members))
    expect((await readdir(join(folder, 'out'), { recursive: true })).sort()).toEqual(
      ['a', 'a/b.txt', 'c', 'c/d', 'c/d/large.bin', 'empty'].map((path) => join(path)),
    )
    expect(await readFile(join(folder, 'out/a/b.txt'), 'utf8')).toBe('text')
    expect(Buffer.compare(await readFile(join(folder, 'out/c/d/large.bin')), large)).toBe(0)
    expect(await readFile(join(folder, 'out/empty'))).toHaveLength(0)
  })

  it.each([
    ['../evil', "climbs with '..' out of the folder"],
    ['a/../../evil', "climbs with '..'"],
    ['/tmp/evil', 'is an absolute path'],
    ['C:\\evil', 'is an absolute path'],
    ['a\\..\\..\\evil', "climbs with '..'"],
  ])('with the path %s is refused', async (name, message) => {
    await expect(
      extract(
        make([
          { name: 'good', data: 'x' },
          { name, data: 'y' },
        ]),
      ),
    ).rejects.toThrow(message)
    expect(await readdir(folder)).toEqual(['archive'])
  })

  it('is bounded', async () => {
    await expect(extract(make(members), 1_000_000)).rejects.toThrow(
      "when it is extracted, has more than 1000000 bytes. If that is right, raise 'maxBytes'.",
    )
    expect(await readdir(folder)).toEqual(['archive'])
  })

  it('cut off anywhere throws a FormatError and leaves nothing', async () => {
    const whole = make(members)
    for (const part of [0.1, 0.5, 0.9]) {
      await expect(extract(whole.subarray(0, whole.length * part)), `${form} ${part}`).rejects.toThrow(FormatError)
      expect(await readdir(folder)).toEqual(['archive'])
    }
  })
})

it('links are refused', async () => {
  for (const type of ['1', '2']) {
    const link = [
      { name: 'x', type, link: '/etc' },
      { name: 'x/passwd', data: 'y' },
    ]
    await expect(extract(tar(link))).rejects.toThrow(/'x' is a (hard|symbolic) link. Only files and folders are read./)
  }
  await expect(extract(zip([{ name: 'x', type: 'link', data: '/etc' }]))).rejects.toThrow('is a symbolic link')
})

it('a bomb stops at the size that it states, and at the limit', async () => {
  const zeros = new Uint8Array(50_000_000)
  await expect(extract(zip([{ name: 'bomb', data: zeros, size: 10 }]))).rejects.toThrow('has not the 10 bytes')
  await expect(extract(zip([{ name: 'bomb', data: zeros }]), 1_000_000)).rejects.toThrow(DataError)
  await expect(extract(tarGz([{ name: 'bomb', data: zeros }]), 1_000_000)).rejects.toThrow(DataError)
})

it('long names of GNU and pax', async () => {
  const long = `${'n'.repeat(90)}/${'m'.repeat(90)}`
  const record = ` path=${long}\n`
  const pax = `${record.length + 3}${record}`
  await extract(
    tar([
      { name: '././@LongLink', type: 'L', data: `${long}1\0` },
      { name: 'short', data: 'a' },
      { name: 'pax', type: 'x', data: pax },
      { name: 'short', data: 'b' },
    ]),
  )
  expect(await readFile(join(folder, 'out', `${long}1`), 'utf8')).toBe('a')
  expect(await readFile(join(folder, 'out', long), 'utf8')).toBe('b')
})

it('other files are named', async () => {
  await expect(extract(Buffer.from('hello'))).rejects.toThrow('is no archive; expected a zip, tar or tar.gz file.')
  await expect(extract(Buffer.from('BZh91AY'))).rejects.toThrow('is compressed with bzip2')
  await expect(extract(gzipSync('not a tar file'))).rejects.toThrow('is not a tar file')
  await expect(extract(zip(members), undefined, 'tar')).rejects.toThrow("is a zip file, and 'archiveFormat' is 'tar'")
})

it('damaged bytes throw errors of their kind', async () => {
  for (const make of [tar, tarGz, zip]) {
    const whole = make([{ name: 'a/b', data: 'text' }])
    const step = Math.max(1, Math.floor(whole.length / 60))
    for (let at = 0; at < whole.length; at += step) {
      const damaged = whole.slice()
      damaged[at]! ^= 0xff
      await extract(damaged).catch((error) => {
        expect(error instanceof FormatError || error instanceof DataError, String(error)).toBe(true)
      })
    }
  }
})
