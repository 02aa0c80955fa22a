import { cpu } from '@gradus/backend-cpu'
import { input, Registry, Rng, statelessCall } from '@gradus/core'
import { compile } from '@gradus/graph'
import { arange, eye, ones, reshape, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { layers } from '../index.ts'
import type { LabeledImages } from './image-layer.ts'

await useBackend(cpu())

const { AugMix, CutMix, MixUp, Pipeline, RandAugment, RandomContrast, RandomCrop, RandomErasing, RandomFlip } = layers
const { RandomHue, RandomPosterization, RandomRotation, RandomTranslation, RandomZoom, Resizing, Solarization } = layers

const numbered = (shape: readonly number[]) =>
  reshape(
    arange(
      0,
      shape.reduce((a, b) => a * b),
      1,
      'float32',
    ),
    shape,
  )

describe('layers of images', () => {
  it('draw a transformation for each image, which depends on the seed and on rng', () => {
    const layer = new RandomFlip({ mode: 'horizontal' })
    const images = numbered([64, 1, 2, 1])
    const run = (seed: number, made = layer) => layerOutput(made, images, seed)
    const flipped = run(1).filter((value, index) => index % 2 === 0 && value !== index).length
    expect(flipped).toBeGreaterThan(16)
    expect(flipped).toBeLessThan(48)
    expect(run(1)).toEqual(run(1))
    expect(run(2)).not.toEqual(run(1))
    expect(run(1, new RandomFlip({ mode: 'horizontal', seed: 5 }))).not.toEqual(run(1))
  })

  it('transform outside of models unless the call says that it is not training, and keep images in inference', () => {
    const images = ones([1, 2, 2, 1])
    expect(new Solarization().call(images).array()).toEqual([
      [
        [[254], [254]],
        [[254], [254]],
      ],
    ])
    expect(new Solarization().call(images, { training: false }).array()).toEqual(images.array())
  })

  it('take a single image, and channels first', () => {
    const quarter = new RandomRotation({ factor: [0.25, 0.25], interpolation: 'nearest', dataFormat: 'channelsFirst' })
    expect(
      quarter
        .call(
          tensor([
            [
              [1, 2],
              [3, 4],
            ],
          ]),
        )
        .array(),
    ).toEqual([
      [
        [2, 4],
        [1, 3],
      ],
    ])
    expect(() => quarter.call(ones([2, 2]))).toThrow(
      'RandomRotation expects images of shape [batch, channels, height, width]',
    )
    expect(() => quarter.callAll([ones([1, 2, 2])])).toThrow('takes images, or an object with images')
  })

  it('transform masks and boxes as images', () => {
    const layer = new RandomTranslation({
      heightFactor: 0,
      widthFactor: [0.5, 0.5],
      fillMode: 'constant',
      boundingBoxFormat: 'xywh',
    })
    const boxes = tensor([
      [
        [0, 0, 1, 1],
        [2, 0, 2, 1],
      ],
    ])
    const result = layer.callAll<LabeledImages>({
      images: numbered([1, 1, 4, 1]),
      segmentationMasks: tensor([[[[1], [2], [3], [4]]]], { dtype: 'int32' }),
      boundingBoxes: { boxes, labels: tensor([[7, 8]], { dtype: 'int32' }) },
    })
    expect(result.images.array()).toEqual([[[[0], [0], [0], [1]]]])
    expect(result.segmentationMasks!.array()).toEqual([[[[0], [0], [1], [2]]]])
    expect(result.segmentationMasks!.dtype).toBe('int32')
    expect(result.boundingBoxes!.boxes.array()).toEqual([
      [
        [2, 0, 1, 1],
        [4, 0, 0, 1],
      ],
    ])
    // the second box is outside
    expect(result.boundingBoxes!.labels!.array()).toEqual([[7, -1]])
    const without = new RandomFlip()
    expect(() => without.callAll({ images: ones([1, 2, 2, 1]), boundingBoxes: { boxes } })).toThrow(
      "'boundingBoxFormat'",
    )
    const cut = new CutMix({ boundingBoxFormat: 'xyxy' })
    expect(() => cut.callAll({ images: ones([1, 2, 2, 1]), boundingBoxes: { boxes } })).toThrow(
      'CutMix does not support bounding boxes',
    )
  })

  it('turn colors', () => {
    const third = new RandomHue({ factor: [2 / 3, 2 / 3], valueRange: [0, 1] })
    const [red, green, blue] = layerOutput(third, tensor([[[[1, 0, 0]]]]), 3)
    expect(red).toBeCloseTo(0, 5)
    expect(green! + blue!).toBeCloseTo(1, 5)
  })

  it('are saved with their options', () => {
    const registry = new Registry<typeof RandomZoom>([RandomZoom, Pipeline, RandomFlip] as never)
    const zoom = new RandomZoom({ heightFactor: [0.1, 0.2], fillMode: 'wrap', seed: 4 })
    const layer = new Pipeline({ layers: [zoom, new RandomFlip({ mode: 'vertical' })] })
    const again = registry.parse('layer', JSON.parse(JSON.stringify(layer.toSpec())))
    expect(again.toSpec()).toEqual(layer.toSpec())
  })
})

describe('mixtures', () => {
  it('of images and labels have the same shares', () => {
    const images = reshape(eye(8), [8, 1, 1, 8])
    const result = new MixUp({ alpha: 1 }).callAll<LabeledImages>({ images, labels: eye(8) })
    const [mixed, labels] = [result.images.dataSync(), result.labels!.dataSync()]
    mixed.forEach((value, index) => expect(value).toBeCloseTo(labels[index]!, 6))
    expect(mixed.some((value) => value > 0.01 && value < 0.99)).toBe(true)
  })

  it('of parts of images: each pixel is of one of two images, and labels have the shares of the areas', () => {
    const images = new Float32Array(6 * 16).map((_, index) => Math.floor(index / 16))
    const result = new CutMix().callAll<LabeledImages>({
      images: tensor(images, { shape: [6, 4, 4, 1] }),
      labels: eye(6),
    })
    const labels = result.labels!.array() as number[][]
    const values = result.images.dataSync()
    labels.forEach((row, image) => {
      expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 6)
      for (const value of values.slice(16 * image, 16 * image + 16)) {
        const partner = row.findIndex((share, index) => index !== image && share > 0)
        expect([image, partner]).toContain(value)
      }
    })
  })

  it('of augmentations stay in the range', () => {
    const images = tensor(
      new Float32Array(2 * 48).map((_, index) => (index * 37) % 256),
      { shape: [2, 4, 4, 3] },
    )
    for (const layer of [new RandAugment(), new AugMix(), new AugMix({ allOps: false, numChains: 1 })]) {
      const values = layerOutput(layer, images, 3)
      expect(values.every((value) => value >= -1e-3 && value <= 255.001)).toBe(true)
      expect(layerOutput(layer, images, 4)).not.toEqual(values)
    }
  })
})

describe('bounding boxes', () => {
  const boxes = tensor([
    [
      [1, 2, 5, 6],
      [4, 4, 7, 9],
    ],
    [
      [0, 0, 3, 3],
      [2, 5, 8, 10],
    ],
  ])
  const labels = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { dtype: 'int32' },
  )
  const input = { images: ones([2, 10, 8, 3]), boundingBoxes: { boxes, labels } }
  const boundingBoxFormat = 'xyxy'

  it('follow a perspective', () => {
    const layer = new layers.RandomPerspective({ boundingBoxFormat, factor: [1, 1], scale: 0 })
    const moved = layer.callAll<LabeledImages>(input).boundingBoxes!
    moved.boxes.dataSync().forEach((value, index) => expect(value).toBeCloseTo(boxes.dataSync()[index]!, 4))
    expect(moved.labels!.array()).toEqual(labels.array())
  })

  it('of both images are kept by MixUp', () => {
    const moved = new MixUp({ boundingBoxFormat }).callAll<LabeledImages>(input).boundingBoxes!
    expect(moved.boxes.shape).toEqual([2, 4, 4])
    expect((moved.labels!.array() as number[][]).map((row) => row.slice(0, 2))).toEqual(labels.array())
  })

  it('follow the augmentation of their image, and colors leave them', () => {
    const moved = new RandAugment({ boundingBoxFormat, numOps: 2, factor: [0, 0] }).callAll<LabeledImages>(input)
    moved
      .boundingBoxes!.boxes.dataSync()
      .forEach((value, index) => expect(value).toBeCloseTo(boxes.dataSync()[index]!, 4))
    const colored = new Solarization({ boundingBoxFormat }).callAll<LabeledImages>(input)
    expect(colored.boundingBoxes!.boxes.array()).toEqual(boxes.array())
  })
})

describe('RandomCrop', () => {
  it('cuts a part at a place that is the same for all images', () => {
    const values = layerOutput(new RandomCrop({ height: 2, width: 2 }), numbered([2, 4, 4, 1]), 5)
    const corner = values[0]!
    const part = [corner, corner + 1, corner + 4, corner + 5]
    expect(values).toEqual([...part, ...part.map((value) => value + 16)])
  })

  it('takes the largest part of the shape in inference', () => {
    const layer = new RandomCrop({ height: 1, width: 1 })
    expect(layer.call(numbered([1, 2, 4, 1]), { training: false }).array()).toEqual([[[[3.5]]]])
    expect(layer.call(input({ shape: [4, 4, 3] })).shape).toEqual([null, 1, 1, 3])
  })
})

describe('layers of images refuse', () => {
  it.each<[string, object, string]>([
    ['RandomRotation', { factor: 2 }, "'factor' must be a number or two numbers from -1 to 1 and is 2"],
    ['RandomZoom', { heightFactor: -1 }, "'heightFactor' must be a number or two numbers above -1"],
    ['RandomShear', { xFactor: [-0.1, 0.5] }, "'xFactor' must be a number or two numbers from 0 to 1"],
    ['RandomBrightness', { factor: [1, 2, 3] }, "'factor' must be a number or two numbers"],
    ['RandomGaussianBlur', { kernelSize: 2 }, "'kernelSize' must be an odd number or two of them and is 2"],
    ['Resizing', { height: 1, width: 1, cropToAspectRatio: true, padToAspectRatio: true }, 'are both true'],
    ['ContrastLimitedAdaptiveHistogramEqualization', { tileGridSize: [0, 1] }, "'tileGridSize' must be two positive"],
  ])('%s with %j', (name, config, message) => {
    const Class = layers[name as 'RandomRotation']
    expect(() => new Class(config as never)).toThrow(message)
  })

  it('values and ranges that do not fit', () => {
    const layer = new RandomContrast({ factor: 0.1, valueRange: [1] })
    expect(() => layer.call(ones([1, 2, 2, 1]))).toThrow("'valueRange' must hold the lowest and the highest value")
    const fill = new RandomErasing({ fillValue: [1, 2] })
    expect(() => fill.call(ones([1, 2, 2, 3]))).toThrow('the images have 3 channels')
  })
})

it('whole numbers stay whole numbers in Resizing', () => {
  const x = tensor([[[[1], [4]]]], { dtype: 'int32' })
  const result = new Resizing({ height: 1, width: 4 }).call(x)
  expect(result.dtype).toBe('int32')
  expect(result.array()).toEqual([[[[1], [2], [3], [4]]]])
})

it('posterization keeps a random number of bits of each image', () => {
  const values = layerOutput(
    new RandomPosterization({ factor: [1, 8] }),
    tensor(new Float32Array(32).fill(255), { shape: [32, 1, 1, 1] }),
    1,
  )
  const kept = new Set(values)
  expect(kept.size).toBeGreaterThan(3)
  expect([...kept].every((value) => [128, 192, 224, 240, 248, 252, 254].includes(value))).toBe(true)
})

/** The output of a compiled call in training with random numbers from a seed. */
function layerOutput(layer: InstanceType<typeof RandomFlip> | object, images: Tensor, seed: number): number[] {
  const run = compile((x: Tensor, key: Tensor) => {
    const made = layer as InstanceType<typeof RandomFlip>
    return statelessCall(made, { params: {}, state: {} }, x, { training: true, rng: new Rng(key) }).outputs as Tensor
  })
  return [...run(images, new Rng(seed).key).dataSync()]
}
