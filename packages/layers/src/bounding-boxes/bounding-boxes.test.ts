import { cpu } from '@gradus/backend-cpu'
import { Tensor, tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import recorded from '../recorded/bounding-boxes.json' with { type: 'json' }
import * as boundingBoxes from './index.ts'

await useBackend(cpu())

// Recorded from the functions of `keras.utils.bounding_boxes` of Keras 3.15 with JAX.
const cases = recorded as unknown as { function: string; arguments: unknown[]; result: unknown }[]

describe('boundingBoxes', () => {
  it.each(cases.map((one, index) => [`${one.function} (${index})`, one] as const))(
    '%s gives the numbers of Keras',
    (_, { function: name, arguments: given, result }) => {
      expectNear(run(name, given), result)
    },
  )

  const boxes = [[0, 0, 2, 2]]
  it('keeps the labels of converted boxes', () => {
    const labels = tensor([7])
    const converted = boundingBoxes.convertFormat({ boxes, labels }, { source: 'xyxy', target: 'xywh' })
    expect(converted.labels).toBe(labels)
    expect(converted.boxes.array()).toEqual(boxes)
  })

  it.each<[string, () => unknown, string]>([
    [
      'unknown formats',
      () => boundingBoxes.convertFormat(boxes, { source: 'xyxi' as 'xyxy', target: 'xyxy' }),
      `there is no format of boxes "xyxi". Did you mean 'xyxy'?`,
    ],
    [
      'relative boxes without a size',
      () => boundingBoxes.computeIou(boxes, boxes, { boundingBoxFormat: 'relXyxy' }),
      'so its size is needed',
    ],
    ['boxes of three numbers', () => boundingBoxes.pad([[1, 2, 3]], { top: 1, left: 1 }), 'takes boxes [n, 4]'],
    ['a size that is missing', () => boundingBoxes.clipToImageSize({ boxes }), 'needs the size of the image'],
    [
      'deltas of corners',
      () =>
        boundingBoxes.encodeBoxToDeltas(boxes, boxes, {
          anchorFormat: 'xyxy',
          boxFormat: 'xyxy',
          encodingFormat: 'xyxy' as 'centerXywh',
        }),
      "must be 'centerXywh' or 'centerYxhw'",
    ],
    [
      'lists of other lengths',
      () => boundingBoxes.affineTransform([boxes], { angle: [1, 2], height: 10, width: 10 }),
      'one number for each image',
    ],
  ])('refuses %s', (_, call, message) => {
    expect(call).toThrow(message)
  })
})

function run(name: string, given: unknown[]): unknown {
  if (name === 'clip') {
    const [{ boxes, labels }, options] = given as [{ boxes: number[][]; labels: number[] }, object]
    const clipped = boundingBoxes.clipToImageSize({ boxes, labels: tensor(labels, { dtype: 'int32' }) }, options)
    return [clipped.boxes, clipped.labels]
  }
  const functions = boundingBoxes as unknown as Readonly<Record<string, (...values: unknown[]) => unknown>>
  return functions[name]!(...given)
}

function expectNear(found: unknown, expected: unknown): void {
  const value = found instanceof Tensor ? found.array() : found
  if (!Array.isArray(expected)) {
    expect(value).toBeCloseTo(expected as number, 3)
    return
  }
  expect(value).toHaveLength(expected.length)
  expected.forEach((one, index) => {
    expectNear((value as unknown[])[index], one)
  })
}
