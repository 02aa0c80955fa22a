import {
  type ConfigArgument,
  ConfigError,
  Layer,
  type LayerOptions,
  type Rng,
  type Scope,
  shapeError,
  titleOf,
} from '@gradus/core'
import {
  cast,
  concat,
  expandDims,
  greater,
  isFloat,
  maximum,
  minimum,
  mul,
  reshape,
  squeeze,
  sub,
  Tensor,
  type Tree,
  where,
} from '@gradus/tensor'
import { type DataFormat, fromChannelsLast, toChannelsLast } from '../data-format.ts'
import { floatInput } from '../float-input.ts'
import { streamOf } from '../regularization/noise.ts'
import { type BoxFormat, fromCorners, type ImageSize, partsOf, toCorners } from './box-formats.ts'

/** The options that `ImageLayer` reads. */
export interface ImageOptions {
  readonly dataFormat: DataFormat
  readonly boundingBoxFormat: BoxFormat | undefined
  readonly seed?: number | undefined
}

/** Images with what belongs to them, as an input of layers of images. */
export interface LabeledImages {
  /** `[batch, height, width, channels]`, or with `dataFormat` `channelsFirst` `[batch, channels, height, width]`. */
  readonly images: Tensor
  /** `[batch, classes]`. */
  readonly labels?: Tensor
  /** In the form of the images. */
  readonly segmentationMasks?: Tensor
  readonly boundingBoxes?: {
    /** `[batch, boxes, 4]` in the form `boundingBoxFormat`. */
    readonly boxes: Tensor
    /** `[batch, boxes]`: the class of each box; -1 if there is no box. */
    readonly labels?: Tensor
  }
}

/**
 * The base class of layers that transform images. `draw` draws a transformation, a different one for each image, and `transform`
 * applies it; both see images `[n, height, width, channels]` of floats. A single image `[height, width, channels]` is a batch of
 * one. An object `{ images, labels, segmentationMasks, boundingBoxes }` is transformed as a whole.
 */
export abstract class ImageLayer<C extends object, D = unknown> extends Layer<C> {
  /** Outside of models, a call transforms unless it says `training: false`, as in Keras. */
  static override readonly callDefaults: Readonly<Record<string, unknown>> = { training: true }
  declare readonly options: ImageOptions

  /** Whether images are transformed outside of training too. */
  protected get transformsAlways(): boolean {
    return false
  }

  /** Draws a transformation of images. */
  abstract draw(rng: Rng, images: Tensor): D

  /** Applies a transformation to images. */
  abstract transform(images: Tensor, drawn: D): Tensor

  /** Applies a transformation to labels `[n, classes]`; by default they stay. */
  transformLabels(labels: Tensor, _drawn: D): Tensor {
    return labels
  }

  /** Applies a transformation to segmentation masks `[n, height, width, channels]` in their dtype; by default they stay. */
  transformMasks(masks: Tensor, _drawn: D): Tensor {
    return masks
  }

  /**
   * Applies a transformation to boxes, corners in pixels `[n, boxes, 4]`; by default they stay. Throws `ConfigError` if the
   * transformation moves pixels in a way that boxes cannot follow.
   */
  transformBoxes(corners: Tensor, _drawn: D, _size: ImageSize): Tensor {
    return corners
  }

  /** Applies a transformation to the classes of boxes `[n, boxes]`; by default they stay. */
  transformBoxLabels(labels: Tensor, _drawn: D): Tensor {
    return labels
  }

  /** Returns images outside of training; by default the images as they are. */
  protected unchanged(images: Tensor): Tensor {
    return images
  }

  /** The images as floats. */
  protected prepared(images: Tensor): Tensor {
    return floatInput(this, images)
  }

  apply(inputs: Tree, scope: Scope<this>): Tree {
    if (inputs instanceof Tensor) return this.transformed({ images: inputs }, scope).images
    if (inputs !== null && typeof inputs === 'object' && 'images' in inputs)
      return this.transformed(inputs as unknown as LabeledImages, scope) as never
    throw new ConfigError(
      `${titleOf(this)} takes images, or an object with images, as in { images, labels }, and was given other inputs.`,
    )
  }

  private transformed(given: LabeledImages, { rng, training }: Scope<this>): LabeledImages {
    const { dataFormat, boundingBoxFormat, seed } = this.options
    const isSingle = given.images.rank === 3
    const batch = (x: Tensor) => (isSingle ? expandDims(x, 0) : x)
    const single = (x: Tensor) => (isSingle ? squeeze(x, 0) : x)
    const enter = (x: Tensor) => toChannelsLast(batch(x), dataFormat)
    const leave = (x: Tensor) => single(fromChannelsLast(x, dataFormat))
    this.requireImages(given.images)
    const images = enter(this.prepared(given.images))
    if (!(training || this.transformsAlways)) return { ...given, images: leave(this.unchanged(images)) }
    const drawn = this.draw(streamOf(rng, seed), images)
    const result = this.transform(images, drawn)
    const { labels, segmentationMasks: masks, boundingBoxes } = given
    return {
      images: leave(result),
      ...(labels && { labels: single(this.transformLabels(batch(labels), drawn)) }),
      ...(masks && { segmentationMasks: leave(this.transformMasks(enter(masks), drawn)) }),
      ...(boundingBoxes && {
        boundingBoxes: this.moved(boundingBoxes, { batch, single, images, result, drawn, boundingBoxFormat }),
      }),
    }
  }

  /** The bounding boxes after a transformation, cut at the edges of the image; the class of those that are outside is -1. */
  private moved(
    { boxes, labels }: NonNullable<LabeledImages['boundingBoxes']>,
    context: {
      readonly batch: (x: Tensor) => Tensor
      readonly single: (x: Tensor) => Tensor
      readonly images: Tensor
      readonly result: Tensor
      readonly drawn: D
      readonly boundingBoxFormat: BoxFormat | undefined
    },
  ): NonNullable<LabeledImages['boundingBoxes']> {
    const { batch, single, images, result, drawn, boundingBoxFormat: format } = context
    if (!format) {
      throw new ConfigError(
        `${titleOf(this)} was given bounding boxes without the option 'boundingBoxFormat'. Example: boundingBoxFormat: 'xyxy'.`,
      )
    }
    const floats = isFloat(boxes.dtype) ? boxes : cast(boxes, 'float32')
    const [before, after] = [sizeOf(images), sizeOf(result)]
    const corners = this.transformBoxes(toCorners(batch(floats), format, before), drawn, before)
    const [x1, y1, x2, y2] = partsOf(corners)
    const cut = (x: Tensor, most: number) => minimum(maximum(x, 0), most)
    const inside = [cut(x1, after.width), cut(y1, after.height), cut(x2, after.width), cut(y2, after.height)] as const
    const area = mul(sub(inside[2], inside[0]), sub(inside[3], inside[1]))
    const isSeen = greater(reshape(area, area.shape.slice(0, -1)), 0)
    return {
      boxes: single(fromCorners(concat([...inside], -1), format, after)),
      ...(labels && { labels: single(where(isSeen, this.transformBoxLabels(batch(labels), drawn), -1)) }),
    }
  }

  private requireImages(images: Tensor): void {
    if (images.rank === 3 || images.rank === 4) return
    const { dataFormat } = this.options
    const sample = dataFormat === 'channelsLast' ? 'height, width, channels' : 'channels, height, width'
    throw shapeError(
      this,
      `images of shape [batch, ${sample}] or [${sample}]`,
      images.shape,
      'Gray images need an axis of one channel.',
    )
  }
}

/** The size of images `[n, height, width, channels]`. */
export function sizeOf({ shape }: Tensor): ImageSize {
  return { height: shape[1]!, width: shape[2]! }
}

/** The constructor argument of a layer of images. */
export type ImageArgument<C extends object> = ConfigArgument<LayerOptions<C>>

/** The error of a layer that boxes cannot follow. */
export function boxesRefused(layer: ImageLayer<object>): ConfigError {
  return new ConfigError(
    `${titleOf(layer)} does not support bounding boxes. Leave them out of its input, or use another layer, such as RandomRotation.`,
  )
}
