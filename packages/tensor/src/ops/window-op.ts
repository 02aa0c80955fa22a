import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { formatShape, type Shape, sameShape } from '../shape.ts'
import { requireNumeric } from './rules.ts'

/** Lists have one number per spatial axis. */
export interface WindowParams {
  readonly sizes: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
}

/** The patches of `[n, ...spatial, c]` under a sliding window: `[n, ...out, ...sizes, c]`. */
export const windowOp: Op<WindowParams> = {
  name: 'window',
  shape([x], params) {
    const rank = params.sizes.length
    if (x!.shape.length !== rank + 2) {
      throw new ShapeError(
        `window: the input has shape ${formatShape(x!.shape)}; with ${rank} spatial axes it must be [n, ...spatial, c].`,
      )
    }
    return { shape: patchesShape('window', x!.shape, params), dtype: x!.dtype }
  },
  vjp: (ct, [x], { sizes, strides, dilations }) => [
    apply(foldOp, [ct], { sizes, strides, dilations, spatial: x!.shape.slice(1, -1) }),
  ],
}

/** Adds patches `[n, ...out, ...sizes, c]` back to `[n, ...spatial, c]`, each at the position of its window. */
export const foldOp: Op<WindowParams & { readonly spatial: readonly number[] }> = {
  name: 'fold',
  shape([x], { spatial, ...params }) {
    requireNumeric('fold', x!)
    const shape = [x!.shape[0]!, ...spatial, x!.shape.at(-1)!]
    const expected = patchesShape('fold', shape, params)
    if (!sameShape(x!.shape, expected)) {
      throw new ShapeError(
        `fold: the patches have shape ${formatShape(x!.shape)}; to fill ${formatShape(shape)} they must have ${formatShape(expected)}.`,
      )
    }
    return { shape, dtype: x!.dtype }
  },
  vjp: (ct, _, { sizes, strides, dilations }) => [apply(windowOp, [ct], { sizes, strides, dilations })],
}

function patchesShape(name: string, shape: Shape, { sizes, strides, dilations }: WindowParams): number[] {
  if ([...sizes, ...strides, ...dilations].some((n) => !Number.isInteger(n) || n < 1)) {
    throw new ShapeError(
      `${name}: sizes [${sizes}], strides [${strides}] and dilations [${dilations}] must be whole numbers from 1.`,
    )
  }
  const out = sizes.map((size, i) => {
    const reach = (size - 1) * dilations[i]! + 1
    return Math.max(0, Math.floor((shape[i + 1]! - reach) / strides[i]!) + 1)
  })
  return [shape[0]!, ...out, ...sizes, shape.at(-1)!]
}
