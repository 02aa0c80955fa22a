import '../backend.ts'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { imageDatasetFromDirectory, loadImg } from 'gradus'
import { pngFile } from '../../../../packages/images/src/testing/png-file.ts'
import { loader } from '../loader.ts'
import { mutatedBytes } from '../mutate-bytes.ts'

const recorded: { readonly loaded: readonly { readonly file: string }[] } = JSON.parse(
  readFileSync(new URL('../../../../packages/images/src/recorded/images.json', import.meta.url), 'utf8'),
)

/** A few kilobytes of each kind of file. */
const files = recorded.loaded.map(({ file }) => Uint8Array.from(Buffer.from(file, 'base64')))

/** PNG files with the right checksums around wrong contents. */
const pngs = fc
  .record({
    width: fc.integer({ min: 0, max: 40 }),
    height: fc.integer({ min: 0, max: 40 }),
    depth: fc.constantFrom(1, 2, 4, 8, 16, 3),
    colorType: fc.constantFrom(0, 2, 3, 4, 6, 1),
    interlace: fc.constantFrom(0, 1),
    rows: fc.uint8Array({ maxLength: 2000 }),
    palette: fc.uint8Array({ maxLength: 30 }),
    alpha: fc.option(fc.uint8Array({ maxLength: 10 })),
  })
  .map(({ rows, palette, alpha, ...header }) =>
    pngFile(header, rows, [['PLTE', palette], ...(alpha ? ([['tRNS', alpha]] as [string, Uint8Array][]) : [])]),
  )

export const images = loader({
  name: 'images, decoded in JavaScript',
  covers: ['loadImg'],
  cases: fc.oneof(mutatedBytes(files), pngs),
  read: (bytes) => loadImg(bytes, { decoder: 'javascript', maxPixels: 2 ** 22, targetSize: [4, 5] }),
})

export const imagesBySharp = loader({
  name: 'images, decoded by the fastest decoder',
  covers: [],
  cases: mutatedBytes(files),
  read: (bytes) => loadImg(bytes, { maxPixels: 2 ** 22, colorMode: 'rgba' }),
})

export const folderOfImages = loader({
  name: 'a folder of one image',
  covers: ['imageDatasetFromDirectory'],
  cases: mutatedBytes(files),
  read: async (bytes) => {
    const file = Object.assign(new Blob([bytes as Uint8Array<ArrayBuffer>]), { name: 'a.png' })
    const options = { labels: null, imageSize: 3, verbose: false, workers: 0, maxPixels: 2 ** 22 } as const
    for await (const { x } of await imageDatasetFromDirectory([file], options)) return x
    return undefined
  },
})
