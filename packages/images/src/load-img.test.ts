import { DataError } from '@gradus/core'
import { describe, expect, it } from 'vitest'
import { encodeImg } from './encode-img.ts'
import { unpackLzw } from './formats/gif-lzw.ts'
import { type LoadImgOptions, loadImg } from './load-img.ts'
import { type PngHeader, pngFile } from './testing/png-file.ts'

const text = (content: string) => new TextEncoder().encode(content)
const gray = (bytes: readonly number[], header: Partial<PngHeader> = {}) =>
  pngFile({ width: 2, height: 2, depth: 8, colorType: 0, ...header }, Uint8Array.from(bytes))

async function message(bytes: Uint8Array, options: LoadImgOptions = {}): Promise<string> {
  const error = await loadImg(bytes, options).catch((found) => found)
  expect(error).toBeInstanceOf(DataError)
  return error.message
}

describe('PNG', () => {
  it('of each filter', async () => {
    const rows = [0, 1, 2, 1, 3, 4, 2, 5, 6, 3, 7, 8, 4, 9, 10]
    const { data } = await loadImg(gray(rows, { height: 5 }), { colorMode: 'grayscale' })
    expect([...data]).toEqual([1, 2, 3, 7, 8, 13, 11, 20, 20, 30])
  })

  it('that is interlaced, of each number of bits', async () => {
    for (const depth of [1, 2, 4, 8]) {
      const most = 2 ** depth - 1
      // the passes of 3 x 3 pixels: the corner, the third column, the third row, the second column, the second row
      const passes = [[[0]], [], [], [[1]], [[0, 1]], [[1], [1]], [[0, 1, 1]]]
      const packed = passes.flatMap((rows) =>
        rows.flatMap((row) => {
          const bits = row.map((value) => (value * most).toString(2).padStart(depth, '0')).join('')
          return [0, ...(bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2))]
        }),
      )
      const file = gray(packed, { width: 3, height: 3, depth, interlace: 1 })
      const { data } = await loadImg(file, { colorMode: 'grayscale' })
      expect([...data].map((value) => value / 255)).toEqual([0, 1, 1, 0, 1, 1, 0, 1, 1])
    }
  })

  it('of 16 bits in colors keeps the high byte', async () => {
    const rows = Uint8Array.from([0, 1, 200, 2, 3, 4, 5])
    const file = pngFile({ width: 1, height: 1, depth: 16, colorType: 2 }, rows)
    expect([...(await loadImg(file)).data]).toEqual([1, 2, 4])
  })

  it('that is damaged', async () => {
    const good = gray([0, 1, 2, 0, 3, 4])
    const changed = (at: number) => good.map((byte, i) => (i === at ? byte ^ 1 : byte))
    expect(await message(changed(20))).toMatch(/checksum of its chunk IHDR is wrong/)
    expect(await message(good.subarray(0, 40))).toMatch(/cut off/)
    expect(await message(gray([0, 1, 2, 0, 3]))).toMatch(/ends early: it has 5 of 6 bytes/)
    expect(await message(gray([0, 1, 2, 9, 3, 4]))).toMatch(/a row with the filter 9/)
    expect(await message(gray([0, 1, 2, 0, 3, 4], { depth: 3 }))).toMatch(/color type 0 with 3 bits/)
  })

  it('with more pixels or data than is right', async () => {
    expect(await message(gray([0], { width: 100_000, height: 100_000 }))).toMatch(/100000 x 100000 pixels.*'maxPixels'/)
    expect(await message(gray([0, 1, 2, 0, 3, 4]), { maxPixels: 3 })).toMatch(/2 x 2 pixels .* more than 3/)
    const bomb = pngFile({ width: 1, height: 1, depth: 8, colorType: 0 }, new Uint8Array(2 ** 26))
    expect(await message(bomb)).toMatch(/more pixel data than the 2 bytes/)
    // a color profile is not unpacked
    const profile: [string, Uint8Array] = ['iCCP', new Uint8Array(100)]
    const file = pngFile({ width: 1, height: 1, depth: 8, colorType: 0 }, Uint8Array.of(0, 7), [profile])
    expect([...(await loadImg(file)).data]).toEqual([7, 7, 7])
  })
})

describe('other contents than an image', () => {
  it.each([
    ['', /^The image is empty\.$/],
    ['<!DOCTYPE html><title>404</title>', /is an HTML page, not an image/],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', /SVG or XML/],
    ['version https://git-lfs.github.com/spec/v1', /pointer of Git LFS/],
    ['{"error": 1}', /JSON/],
    ['hello', /begins with the bytes 68 65 6c 6c/],
  ])('%j', async (content, expected) => {
    expect(await message(text(content))).toMatch(expected)
  })

  it('names a Blob, and a path', async () => {
    const file = Object.assign(new Blob(['<html>']), { name: 'cat.jpg' })
    await expect(loadImg(file)).rejects.toThrow("The image 'cat.jpg' is an HTML page")
    await expect(loadImg('/nowhere/cat.png')).rejects.toThrow(/'\/nowhere\/cat.png' cannot be read: it does not exist/)
  })

  it('names formats that need a library', async () => {
    const webp = Uint8Array.from([...text('RIFF'), 0, 0, 0, 0, ...text('WEBP')])
    expect(await message(webp, { decoder: 'javascript' })).toMatch(
      /is WEBP, which is decoded only by the package sharp/,
    )
    expect(await message(webp)).toMatch(/is damaged/)
  })
})

describe('JPEG', () => {
  const image = { data: new Uint8Array(16 * 16 * 3).fill(99), width: 16, height: 16, channels: 3 }

  it('that is cut off or has too many pixels', async () => {
    const file = await encodeImg(image, { fileFormat: 'jpeg' })
    expect((await loadImg(file, { decoder: 'javascript' })).data[0]).toBe(99)
    expect(await message(file.subarray(0, file.length - 20))).toMatch(/cut off/)
    const size = file.findIndex((byte, i) => byte === 0xff && file[i + 1] === 0xc0) + 5
    const huge = file.map((byte, i) => (i >= size && i < size + 4 ? 0xff : byte))
    expect(await message(huge)).toMatch(/65535 x 65535 pixels/)
  })
})

describe('GIF', () => {
  it('unpacks codes of growing length', () => {
    // clear, 1, then strings that are made of those before them
    expect([...unpackLzw(Uint8Array.of(0b10_001_100, 0b0000_1111), 2, 3)]).toEqual([1, 1, 1])
    expect(() => unpackLzw(Uint8Array.of(0b11_111_100), 2, 3)).toThrow(/code 7/)
    expect(() => unpackLzw(Uint8Array.of(0b00_101_100), 2, 3)).toThrow(/0 of 3 pixels/)
  })
})

describe('wrong options', () => {
  const file = gray([0, 1, 2, 0, 3, 4])

  it.each([
    [{ targetSize: 8 }, /'targetSize' must be/],
    [{ targetSize: [8] }, /'targetSize' is \[8\]; expected \[height, width\]/],
    [{ targetSize: [0, 8] }, /expected \[height, width\]/],
    [{ colorMode: 'bgr' }, /'colorMode' must be/],
    [{ interpolation: 'area' }, /'interpolation' must be/],
    [{ size: [1, 1] }, /no option 'size'/],
  ])('%j', async (options, expected) => {
    await expect(loadImg(file, options as unknown as LoadImgOptions)).rejects.toThrow(expected)
  })
})
