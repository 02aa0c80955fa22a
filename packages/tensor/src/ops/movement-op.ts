import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { formatShape, type Shape } from '../shape.ts'

/** Output dimension i is input dimension `axes[i]`. */
export const permuteOp: Op<{ axes: readonly number[] }> = {
  name: 'permute',
  shape([x], { axes }) {
    const rank = x!.shape.length
    if (axes.length !== rank || [...axes].sort((a, b) => a - b).some((axis, index) => axis !== index)) {
      throw new ShapeError(
        `permute: [${axes.join(', ')}] does not order the axes of ${formatShape(x!.shape)}; name each of 0 to ${rank - 1} once.`,
      )
    }
    return { shape: axes.map((axis) => x!.shape[axis]!), dtype: x!.dtype }
  },
  vjp: (ct, _, { axes }) => [apply(permuteOp, [ct], { axes: axes.map((_, axis) => axes.indexOf(axis)) })],
  merge: (outer, inner) => ({ axes: outer.axes.map((axis) => inner.axes[axis]!) }),
  trivial: ({ axes }) => axes.every((axis, index) => axis === index),
}

export interface PadParams {
  readonly low: readonly number[]
  readonly high: readonly number[]
  /** The number of zeros between adjacent elements. */
  readonly interior: readonly number[]
}

/** Zeros before (`low`), after (`high`) and between the elements of each axis. */
export const padOp: Op<PadParams> = {
  name: 'pad',
  shape([x], { low, high, interior }) {
    requirePerAxis('pad', x!.shape, { low, high, interior }, 0)
    const shape = x!.shape.map((d, axis) => low[axis]! + high[axis]! + (d === 0 ? 0 : d + (d - 1) * interior[axis]!))
    return { shape, dtype: x!.dtype }
  },
  vjp: (ct, [x], { low, interior }) => [
    apply(sliceOp, [ct], { start: low, size: x!.shape, step: interior.map((count) => count + 1) }),
  ],
  // the outer padding also puts zeros between the inner zeros
  merge: (outer, inner) => ({
    low: outer.low.map((count, axis) => count + inner.low[axis]! * (outer.interior[axis]! + 1)),
    high: outer.high.map((count, axis) => count + inner.high[axis]! * (outer.interior[axis]! + 1)),
    interior: outer.interior.map((count, axis) => (count + 1) * (inner.interior[axis]! + 1) - 1),
  }),
  trivial: () => true,
}

export interface SliceParams {
  readonly start: readonly number[]
  readonly size: readonly number[]
  readonly step: readonly number[]
}

/** Along each axis the `size` elements `start, start + step, ...`. */
export const sliceOp: Op<SliceParams> = {
  name: 'slice',
  shape([x], { start, size, step }) {
    requirePerAxis('slice', x!.shape, { start, size }, 0)
    requirePerAxis('slice', x!.shape, { step }, 1)
    x!.shape.forEach((d, axis) => {
      const end = start[axis]! + (size[axis] === 0 ? 0 : (size[axis]! - 1) * step[axis]! + 1)
      if (end > d) {
        throw new ShapeError(
          `slice: ${size[axis]} elements from ${start[axis]} with step ${step[axis]} end at ${end}, ` +
            `but axis ${axis} of ${formatShape(x!.shape)} has ${d}.`,
        )
      }
    })
    return { shape: size, dtype: x!.dtype }
  },
  // each element returns to its position; other positions get zeros
  vjp: (ct, [x], { start, size, step }) => [
    apply(padOp, [ct], {
      low: start,
      high: x!.shape.map((d, axis) => d - start[axis]! - (size[axis] === 0 ? 0 : (size[axis]! - 1) * step[axis]! + 1)),
      interior: step.map((distance) => distance - 1),
    }),
  ],
  merge: (outer, inner) => ({
    // a merged start may lie beyond the end, where there are no elements
    start: outer.start.map((from, axis) =>
      outer.size[axis] === 0 ? 0 : inner.start[axis]! + from * inner.step[axis]!,
    ),
    size: outer.size,
    step: outer.step.map((distance, axis) => distance * inner.step[axis]!),
  }),
  trivial: () => true,
}

function requirePerAxis(name: string, shape: Shape, params: Record<string, readonly number[]>, least: number): void {
  for (const [key, values] of Object.entries(params)) {
    if (values.length !== shape.length || values.some((value) => !Number.isInteger(value) || value < least)) {
      throw new ShapeError(
        `${name}: ${key} is ${JSON.stringify(values).replaceAll(',', ', ')}, but ${formatShape(shape)} needs ${shape.length} whole numbers from ${least}.`,
      )
    }
  }
}
