import { ConfigError } from '@gradus/core'
import { add, concat, mul, sliceAxis, type Tensor, tensor } from '@gradus/tensor'
import { boxesAround, pointsOf } from '../images/box-formats.ts'
import { type BoxData, boxesOf } from './box-arguments.ts'

/** A number for all images, or one for each image of a batch. */
type PerImage = number | readonly number[]

/** Maps of images onto themselves. */
export interface AffineOptions {
  /** The rotation in degrees (default 0). */
  readonly angle?: PerImage
  /** The shift in parts of the width and the height (default 0). */
  readonly translateX?: PerImage
  readonly translateY?: PerImage
  /** The factor of all lengths (default 1). */
  readonly scale?: PerImage
  /** The shear in degrees (default 0). */
  readonly shearX?: PerImage
  readonly shearY?: PerImage
  /** The size of the images in pixels. */
  readonly height: number
  readonly width: number
  /** The point that stays, in parts of the width and the height (default 0.5). */
  readonly centerX?: PerImage
  readonly centerY?: PerImage
}

/**
 * Returns the smallest boxes (`xyxy`, in pixels) around the moved corners of boxes. Lists of angles and other numbers have one for each
 * image of boxes `[batch, n, 4]`. Throws `ConfigError` for lists of other lengths. Keras: `keras.utils.bounding_boxes.affine_transform`.
 *
 * @example
 * import { boundingBoxes } from '@gradus/layers'
 * boundingBoxes.affineTransform([[0, 0, 10, 20]], { translateX: 0.5, height: 101, width: 101 }).array() // => [[50, 0, 60, 20]]
 */
export function affineTransform(boxes: BoxData, options: AffineOptions): Tensor {
  const given = boxesOf('affineTransform', boxes)
  const { height, width } = options
  const lists = Object.values(options).filter((value): value is readonly number[] => Array.isArray(value))
  const count = lists.length === 0 ? 1 : lists[0]!.length
  if (lists.length > 0 && (given.rank !== 3 || lists.some(({ length }) => length !== given.shape[0])))
    throw new ConfigError(
      `affineTransform: lists have one number for each image of boxes [batch, n, 4]; they have ${lists.map(({ length }) => length).join(', ')} numbers, and the boxes are [${given.shape}].`,
    )
  const at = (value: PerImage | undefined, image: number, other: number) =>
    typeof value === 'object' ? value[image]! : (value ?? other)
  const matrices = Array.from({ length: count }, (_, image) =>
    matrixOf({
      angle: at(options.angle, image, 0),
      translate: [at(options.translateX, image, 0), at(options.translateY, image, 0)],
      scale: at(options.scale, image, 1),
      shear: [at(options.shearX, image, 0), at(options.shearY, image, 0)],
      center: [at(options.centerX, image, 0.5) * (width - 1), at(options.centerY, image, 0.5) * (height - 1)],
      size: [width - 1, height - 1],
    }),
  )
  const entry = (index: number) =>
    lists.length === 0
      ? matrices[0]![index]!
      : tensor(
          matrices.map((matrix) => [[matrix[index]!]]),
          { dtype: given.dtype },
        )
  const moved = pointsOf(given).map((point) => {
    const [x, y] = [0, 1].map((start) => sliceAxis(point, point.rank - 1, start, 1)) as [Tensor, Tensor]
    const row = (start: number) => add(add(mul(x, entry(start)), mul(y, entry(start + 1))), entry(start + 2))
    return concat([row(0), row(3)], -1)
  })
  return boxesAround(moved)
}

type Pair = readonly [x: number, y: number]

interface AffineMap {
  readonly angle: number
  readonly translate: Pair
  readonly scale: number
  readonly shear: Pair
  readonly center: Pair
  readonly size: Pair
}

/** The map as `x' = m0 x + m1 y + m2` and `y' = m3 x + m4 y + m5`, in pixels. */
function matrixOf({ angle, translate, scale, shear, center, size }: AffineMap): readonly number[] {
  const [rotation, shearX, shearY] = [-angle, -shear[0], -shear[1]].map((degrees) => (degrees * Math.PI) / 180) as [
    number,
    number,
    number,
  ]
  const a = Math.cos(rotation - shearY) / Math.cos(shearY)
  const b = a * Math.tan(shearX) + Math.sin(rotation)
  const c = -Math.sin(rotation - shearY) / Math.cos(shearY)
  const d = Math.cos(rotation) - c * Math.tan(shearX)
  const [x, y] = [center[0] - translate[0] * size[0], center[1] - translate[1] * size[1]]
  const [m0, m1, m3, m4] = [d * scale, -b * scale, -c * scale, a * scale]
  return [m0, m1, center[0] - m0 * x - m1 * y, m3, m4, center[1] - m3 * x - m4 * y]
}
