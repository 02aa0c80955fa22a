// How many images a second a folder of JPEG files gives, decoded in the thread of the program or in others, alone and while a small
// network trains on them with augmentation; after `npm run build`:
//   node benchmarks/images.mjs [--images 2000] [--side 64] [--decoder javascript] [--folder PATH]
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { encodeImg, imageDatasetFromDirectory, imgToArray, layers, loadImg, Sequential } from 'gradus'

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '2000' },
    side: { type: 'string', default: '64' },
    decoder: { type: 'string', default: 'auto' },
    folder: { type: 'string' },
  },
})
const count = Number(values.images)
const side = Number(values.side)
const { decoder } = values

/** Two classes of pictures of 320 x 240 pixels: stripes across and down, with noise. 40 of them are repeated. */
async function makeFolder() {
  const folder = values.folder ?? (await mkdtemp(join(tmpdir(), 'gradus-bench-images-')))
  if (existsSync(join(folder, 'down'))) return folder
  for (const name of ['across', 'down']) await mkdir(join(folder, name), { recursive: true })
  const [width, height] = [320, 240]
  const data = new Uint8Array(width * height * 3)
  const files = []
  for (let i = 0; i < Math.min(count, 40); i++) {
    for (let pixel = 0; pixel < width * height; pixel++) {
      const at = i % 2 === 1 ? Math.floor(pixel / width) : pixel % width
      for (let channel = 0; channel < 3; channel++)
        data[pixel * 3 + channel] = 128 + 80 * Math.sin(at / (6 + (i % 9)) + channel) + 30 * Math.random()
    }
    files.push(await encodeImg({ data, width, height, channels: 3 }, { fileFormat: 'jpeg' }))
  }
  for (let i = 0; i < count; i++) {
    const name = `${String(i).padStart(5, '0')}.jpg`
    await writeFile(join(folder, i % 2 === 1 ? 'down' : 'across', name), files[i % files.length])
  }
  return folder
}

const perSecond = async (run) => {
  const start = performance.now()
  await run()
  return Math.round((1000 * count) / (performance.now() - start))
}

const dataset = (folder, workers) =>
  imageDatasetFromDirectory(folder, { imageSize: side, workers, decoder, verbose: false, batchSize: 32 })

function network() {
  const model = new Sequential(
    [
      new layers.Rescaling({ scale: 1 / 255, inputShape: [side, side, 3] }),
      new layers.RandomFlip(),
      new layers.RandomRotation({ factor: 0.02 }),
      new layers.Conv2D({ filters: 8, kernelSize: 3, strides: 2, activation: 'relu' }),
      new layers.Conv2D({ filters: 16, kernelSize: 3, strides: 2, activation: 'relu' }),
      new layers.GlobalAveragePooling2D(),
      new layers.Dense({ units: 2, activation: 'softmax' }),
    ],
    { seed: 1 },
  )
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] })
  return model
}

const folder = await makeFolder()
console.log(
  `${count} JPEG files of 320 x 240 pixels to ${side} x ${side}, ${availableParallelism()} processors, decoder ${decoder}`,
)

const loop = await perSecond(async () => {
  for (const name of ['across', 'down']) {
    for (const file of await readdir(join(folder, name))) {
      const image = await loadImg(await readFile(join(folder, name, file)), { decoder, targetSize: [side, side] })
      imgToArray(image).dispose()
    }
  }
})
console.log(`a plain loop of loadImg: ${loop} images/s`)

for (const workers of [0, 1, 2, 4]) {
  const data = await dataset(folder, workers)
  const read = async () => {
    for await (const _ of data);
  }
  if (workers > 0) await read() // starts the threads
  console.log(`the data set alone, ${workers} threads: ${await perSecond(read)} images/s`)
}

for (const workers of [0, 1, 2]) {
  const model = network()
  const data = await dataset(folder, workers)
  await model.fit(data, { epochs: 1, verbose: 0 })
  let accuracy
  const rate = await perSecond(async () => {
    accuracy = (await model.fit(data, { epochs: 1, verbose: 0 })).history.accuracy[0]
  })
  console.log(`training, ${workers} threads: ${rate} images/s, accuracy ${accuracy.toFixed(3)}`)
}
if (!values.folder) await rm(folder, { recursive: true })
