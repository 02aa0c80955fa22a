import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpu } from '@gradus/backend-cpu'
import { memory, onBackend, tensor } from '@gradus/tensor'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { arrayToImg, encodeImg, fromPixels, imgToArray, loadImg, saveImg, smartResize, toPixels } from './index.ts'

const backend = cpu()
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-images-'))
})
afterAll(() => rm(folder, { recursive: true }))

const rgb = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 2, height: 1, channels: 3 }

describe('arrayToImg and imgToArray', () => {
  it('scale as Keras does', async () => {
    expect([...(await arrayToImg([[[-1], [0], [3]]])).data]).toEqual([0, 63, 255])
    expect([...(await arrayToImg([[[5], [5]]])).data]).toEqual([0, 0])
  })

  it('take channels first', async () => {
    const options = { dataFormat: 'channelsFirst', scale: false } as const
    const image = await arrayToImg([[[1, 2]], [[3, 4]], [[5, 6]]], options)
    expect([...image.data]).toEqual([1, 3, 5, 2, 4, 6])
    const x = onBackend(backend, () => imgToArray(image, { dataFormat: 'channelsFirst' }))
    expect(x.array()).toEqual([[[1, 2]], [[3, 4]], [[5, 6]]])
  })

  it('keep 16 bits of gray', async () => {
    const image = await arrayToImg([[[300], [65535]]], { scale: false })
    const again = await loadImg(await encodeImg(image), { colorMode: 'grayscale' })
    expect([...again.data]).toEqual([300, 65535])
  })

  it('refuse other arrays and values', async () => {
    await expect(arrayToImg([[1]])).rejects.toThrow(/shape \[1, 1\]; expected one image/)
    await expect(arrayToImg([[[1, 2]]])).rejects.toThrow(/2 channels/)
    await expect(arrayToImg([[[Number.NaN]]])).rejects.toThrow(/value 0 of x is NaN/)
    await expect(arrayToImg([[[0, 1, 256]]], { scale: false })).rejects.toThrow(/from 0 to 256.*must be from 0 to 255/)
    expect(() => imgToArray({ ...rgb, width: 3 })).toThrow(/6 values, and 3 x 1 pixels of 3 channels need 9/)
    expect(() => imgToArray('cat.png' as never)).toThrow(/takes an image/)
  })
})

describe('saveImg', () => {
  it('writes what its name says, whole or not at all', async () => {
    for (const name of ['a.png', 'a.jpg', 'a.JPEG']) await saveImg(join(folder, name), rgb)
    expect((await readFile(join(folder, 'a.JPEG'))).subarray(0, 3)).toEqual(Buffer.from('ffd8ff', 'hex'))
    expect([...(await loadImg(join(folder, 'a.png'))).data]).toEqual([1, 2, 3, 4, 5, 6])
    await expect(saveImg(join(folder, 'a.webp'), rgb)).rejects.toThrow(/end in .png, .jpg or .jpeg/)
    await expect(saveImg(join(folder, 'b.png'), [[[Number.NaN]]])).rejects.toThrow(/NaN/)
    expect((await readdir(folder)).sort()).toEqual(['a.JPEG', 'a.jpg', 'a.png'])
  })

  it('is read whatever its name says', async () => {
    await writeFile(join(folder, 'png.jpg'), await encodeImg(rgb))
    expect([...(await loadImg(join(folder, 'png.jpg'))).data]).toEqual([1, 2, 3, 4, 5, 6])
  })
})

describe('smartResize', () => {
  it('cuts the middle, of one image and of several, in both orders', () =>
    onBackend(backend, () => {
      const tall = tensor([[[1]], [[2]], [[3]], [[4]]])
      expect(smartResize(tall, [1, 1]).array()).toEqual([[[2]]])
      const two = tensor([[[[1], [2], [3], [4]]]])
      expect(smartResize(two, [1, 2], { interpolation: 'nearest' }).array()).toEqual([[[[2], [3]]]])
      const first = tensor([[[1, 2, 3, 4]]])
      expect(smartResize(first, [1, 2], { dataFormat: 'channelsFirst' }).array()).toEqual([[[2, 3]]])
      expect(() => smartResize(tensor([1]), [1, 1])).toThrow(/shape \[1\]/)
      expect(() => smartResize(tall, [1])).toThrow(/expected \[height, width\]/)
    }))
})

describe('fromPixels and toPixels', () => {
  it('take and give RGBA', async () => {
    const image = { data: Uint8ClampedArray.of(255, 0, 51, 9), width: 1, height: 1 }
    const [color, all, gray] = onBackend(backend, () => [
      fromPixels(image).array(),
      fromPixels(image, { numChannels: 4, dtype: 'int32' }).array(),
      fromPixels({ ...rgb, width: 1, data: rgb.data.subarray(0, 3) }, { numChannels: 1 }).array(),
    ])
    expect([color, all, gray]).toEqual([[[[255, 0, 51]]], [[[255, 0, 51, 9]]], [[[2]]]])
    expect([...(await toPixels([[[7]]])).data]).toEqual([7, 7, 7, 255])
  })

  it('keep no memory', () =>
    onBackend(backend, () => {
      const frame = { data: new Uint8ClampedArray(64 * 48 * 4), width: 64, height: 48 }
      const before = memory()
      for (let i = 0; i < 100; i++) fromPixels(frame).dispose()
      expect(memory()).toEqual(before)
    }))

  it('do not share the values of images', () =>
    onBackend(backend, () => {
      const first = fromPixels(rgb)
      fromPixels({ ...rgb, data: new Uint8Array(6) })
      expect(first.array()).toEqual([
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ])
    }))

  it('refuse other values', () => {
    expect(() => fromPixels({ width: 4, height: 4 })).toThrow(/In Node, load images with loadImg/)
    expect(() => fromPixels({ width: 0, height: 0 })).toThrow(/no pixels yet/)
    expect(() => fromPixels(null as never)).toThrow(/takes an image/)
    expect(() => fromPixels(rgb, { numChannels: 2 as never })).toThrow(/'numChannels' is 2; expected 1, 3 or 4/)
  })
})
