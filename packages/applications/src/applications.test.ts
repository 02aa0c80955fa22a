import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpu } from '@gradus/backend-cpu'
import { input } from '@gradus/core'
import { RandomFlip } from '@gradus/layers'
import { Model } from '@gradus/models'
import { tensor, useBackend } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  ConvNeXtTiny,
  CustomScaleLayer,
  decodePredictions,
  densenet,
  efficientnet,
  imagenetUtils,
  LayerScale,
  MobileNet,
  MobileNetV2,
  MobileNetV3Small,
  mobilenetV2,
  NASNetLarge,
  resnet,
  VGG16,
} from './index.ts'

await useBackend(cpu())

testLayer(LayerScale, {
  config: { initValues: 0.1, projectionDim: 3 },
  inputShape: [2, 4, 3],
  expectedOutputShape: [2, 4, 3],
  expectedParams: 3,
  invalidInputShape: [2, 4],
})

testLayer(CustomScaleLayer, {
  config: { scale: 0.17 },
  inputShapes: [
    [2, 3],
    [2, 3],
  ],
  expectedOutputShape: [2, 3],
  expectedParams: 0,
})

const tiny = { includeTop: false, alpha: 0.35, inputShape: [96, 96, 3], seed: 1 } as const

describe('weights', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('come from a path, a Blob or bytes', async () => {
    const base = await MobileNetV2({ ...tiny, weights: null })
    const bytes = await base.toBytes({ weightsOnly: true })
    const folder = await mkdtemp(join(tmpdir(), 'gradus-'))
    const path = join(folder, 'base.safetensors')
    await writeFile(path, bytes)
    const [first] = await base.getWeights()
    for (const weights of [path, new Blob([bytes as Uint8Array<ArrayBuffer>]), bytes]) {
      const copy = await MobileNetV2({ ...tiny, seed: 2, weights })
      expect((await copy.getWeights())[0]).toEqual(first)
    }
    await rm(folder, { recursive: true })
  })

  it('of ImageNet are downloaded once from the address of Keras', async () => {
    const base = await MobileNetV2({ ...tiny, weights: null })
    const bytes = (await base.toBytes({ weightsOnly: true })) as Uint8Array<ArrayBuffer>
    const asked: string[] = []
    vi.stubGlobal('fetch', (address: string | URL | Request) => {
      asked.push(String(address instanceof Request ? address.url : address))
      return Promise.resolve(new Response(bytes))
    })
    const cacheDir = await mkdtemp(join(tmpdir(), 'gradus-'))
    for (const seed of [2, 3]) {
      const model = await MobileNetV2({ ...tiny, seed, cacheDir })
      expect((await model.getWeights())[0]).toEqual((await base.getWeights())[0])
    }
    expect(asked).toEqual([
      'https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_96_no_top.h5',
    ])
    await rm(cacheDir, { recursive: true })
  })

  it('with another checksum are refused', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('other')))
    const cacheDir = await mkdtemp(join(tmpdir(), 'gradus-'))
    await expect(VGG16({ includeTop: false, cacheDir })).rejects.toThrow(
      /6d6bbae143d832006294945121d1f1fc.*Pass a file with the weights, VGG16\({ weights: path }\), or weights: null/s,
    )
    await rm(cacheDir, { recursive: true })
  })

  it('of ImageNet need options for which there are some', async () => {
    await expect(MobileNetV2({ alpha: 0.4 })).rejects.toThrow(/'alpha' is 0.4; there are weights for 0.35, 0.5/)
    await expect(MobileNet({ depthMultiplier: 2 })).rejects.toThrow(/'depthMultiplier' 2/)
    await expect(MobileNetV3Small({ minimalistic: true, alpha: 0.75 })).rejects.toThrow(/weights for 1\. Set/)
    await expect(VGG16({ classes: 10 })).rejects.toThrow(
      /'classes' is 10; the classifier with pretrained weights has 1000/,
    )
    await expect(VGG16({ classifierActivation: 'relu' })).rejects.toThrow(/expected softmax or null/)
    await expect(VGG16({ inputShape: [64, 64, 3] })).rejects.toThrow(/takes \[224, 224, 3\]/)
    await expect(VGG16({ includeTop: false, inputShape: [64, 64, 1] })).rejects.toThrow(/images of 3 channels/)
  })
})

describe('options', () => {
  it.each([
    [{ inputShape: [16, 16, 3] }, /VGG16: 'inputShape' is \[16, 16, 3\]; height and width must be at least 32/],
    [{ inputShape: [64, 64] }, /three sizes of an image/],
    [{ inputShape: [null, null, 3], includeTop: true }, /this model needs a height and a width/],
    [{ pooling: 'mean' }, /'pooling' must be/],
    [{ weights: 3 }, /'weights' is 3; expected 'imagenet', a path/],
    [{ poolin: 'avg' }, /has no option 'poolin'/],
    [{ inputTensor: tensor([1]) }, /'inputTensor' must be a symbolic tensor of images/],
  ])('%j is refused', async (options, message) => {
    await expect(VGG16({ weights: null, includeTop: false, ...options } as never)).rejects.toThrow(message)
  })

  it('that a network of Keras does not have are refused', async () => {
    const weights = null
    await expect(ConvNeXtTiny({ weights, dataFormat: 'channelsFirst' })).rejects.toThrow(/expected channelsLast/)
    await expect(NASNetLarge({ weights, includeTop: false, inputShape: [null, null, 3] })).rejects.toThrow(
      /needs a height/,
    )
  })

  it('inputTensor puts layers before the network, whose inputs are those of the tensor', async () => {
    const image = input({ shape: [32, 32, 3], name: 'photo' })
    const flipped = new RandomFlip().call(image)
    const model = await MobileNetV2({ weights: null, includeTop: false, alpha: 0.35, inputTensor: flipped })
    expect(model.inputs).toBe(image)
    expect(model.layers.slice(0, 3).map(({ type }) => type)).toEqual(['InputLayer', 'RandomFlip', 'Conv2D'])
    expect(model.output.shape).toEqual([null, 1, 1, 1280])
  })

  it('modelClass is the class of the model', async () => {
    class Other extends Model {}
    expect(await MobileNetV2({ ...tiny, weights: null, modelClass: Other, name: 'base' })).toBeInstanceOf(Other)
  })
})

describe('preprocessInput', () => {
  const pixels = [[[10, 100, 200]]]

  it('has the modes of Keras', () => {
    expect(resnet.preprocessInput(pixels).array()).toEqual([[[96.061, -16.779, -113.68].map(Math.fround)]])
    expect(mobilenetV2.preprocessInput(pixels).array()).toEqual([
      [[-0.92156863, -0.21568626, 0.5686275].map(Math.fround)],
    ])
    const [[values]] = densenet.preprocessInput(pixels).array() as [[number[]]]
    for (const [i, value] of [-1.9466565, -0.28501406, 1.6813947].entries()) expect(values[i]).toBeCloseTo(value, 5)
    expect(efficientnet.preprocessInput(pixels)).toBe(pixels)
  })

  it('takes batches, channels first and symbolic tensors', () => {
    const first = tensor([[[[10]], [[100]], [[200]]]], { dtype: 'int32' })
    const converted = imagenetUtils.preprocessInput(first, { dataFormat: 'channelsFirst' })
    expect(converted.array()).toEqual([[[96.061], [-16.779], [-113.68]].map(([value]) => [[Math.fround(value!)]])])
    const image = input({ shape: [1, 1, 3] })
    const model = new Model({ inputs: image, outputs: resnet.preprocessInput(image) })
    expect(model.call(tensor([pixels])).array()).toEqual([resnet.preprocessInput(pixels).array()])
  })

  it('refuses other images and modes', () => {
    expect(() => resnet.preprocessInput([[[1, 2]]])).toThrow(/images of 3 channels, channelsLast/)
    expect(() => imagenetUtils.preprocessInput(pixels, { mode: 'keras' as never })).toThrow(
      /expected caffe, tf or torch/,
    )
  })
})

describe('decodePredictions', () => {
  const classIndex = { 0: ['n0', 'cat'], 1: ['n1', 'dog'], 2: ['n2', 'owl'] } as const
  const scores = tensor([
    [0.2, 0.5, 0.25],
    [0.5, 0.25, 0.25],
  ])

  it('sorts the classes by their score', async () => {
    const file = new Blob([JSON.stringify(classIndex)])
    expect(await decodePredictions(scores, { top: 2, classIndex: file })).toEqual([
      [
        ['n1', 'dog', 0.5],
        ['n2', 'owl', 0.25],
      ],
      [
        ['n0', 'cat', 0.5],
        ['n2', 'owl', 0.25],
      ],
    ])
    expect((await decodePredictions(scores, { classIndex }))[0]).toHaveLength(3)
  })

  it('refuses predictions and names that do not fit', async () => {
    await expect(decodePredictions([1, 2, 3], { classIndex })).rejects.toThrow(/got the shape \[3\]/)
    await expect(decodePredictions([[1, 2]], { classIndex })).rejects.toThrow(
      /have 2 classes, and there are names for 3/,
    )
    await expect(decodePredictions(scores, { classIndex: new Blob(['<html>']) })).rejects.toThrow(/is no JSON/)
    await expect(decodePredictions(scores, { classIndex: new Blob(['{"0": ["a"]}']) })).rejects.toThrow(/class 0/)
  })
})
