import type { Kernel, NdArray } from '@gradus/graph'
import type { Shape } from '@gradus/tensor'
import { stridesOf } from '@gradus/tensor/internals'
import { copyView, type StridedView } from './strided.ts'

/** Kernels that only move elements: each copies between two strided views. */
export const movementKernels: Readonly<Record<string, Kernel>> = {
  identity: copy,
  reshape: copy,

  expand(output, [x]) {
    const strides = stridesOf(x.shape)
    copyView(
      whole(output),
      { data: x.data, offset: 0, strides: strides.map((stride, axis) => (x.shape[axis] === 1 ? 0 : stride)) },
      output.shape,
    )
  },

  permute(output, [x], { axes }: { axes: readonly number[] }) {
    const strides = stridesOf(x.shape)
    copyView(whole(output), { data: x.data, offset: 0, strides: axes.map((axis) => strides[axis]) }, output.shape)
  },

  pad(output, [x], { low, interior }: { low: readonly number[]; interior: readonly number[] }) {
    output.data.fill(0)
    const strides = stridesOf(output.shape)
    const spread = strides.map((stride, axis) => stride * (interior[axis] + 1))
    copyView({ data: output.data, offset: dot(low, strides), strides: spread }, whole(x), x.shape)
  },

  slice(output, [x], { start, step }: { start: readonly number[]; step: readonly number[] }) {
    const strides = stridesOf(x.shape)
    const strided = strides.map((stride, axis) => stride * step[axis])
    copyView(whole(output), { data: x.data, offset: dot(start, strides), strides: strided }, output.shape)
  },

  flip(output, [x], { axes }: { axes: readonly number[] }) {
    const strides = stridesOf(x.shape)
    let offset = 0
    for (const axis of axes) {
      offset += (x.shape[axis] - 1) * strides[axis]
      strides[axis] = -strides[axis]
    }
    copyView(whole(output), { data: x.data, offset, strides }, output.shape)
  },

  concat(output, inputs, { axis }: { axis: number }) {
    const strides = stridesOf(output.shape)
    let offset = 0
    for (const x of inputs) {
      copyView({ data: output.data, offset, strides }, whole(x), x.shape)
      offset += x.shape[axis] * strides[axis]
    }
  },
}

function copy(output: NdArray, [x]: readonly NdArray[]): void {
  output.data.set(x.data)
}

function whole(x: NdArray): StridedView {
  return { data: x.data, offset: 0, strides: stridesOf(x.shape) }
}

function dot(index: Shape, strides: readonly number[]): number {
  let sum = 0
  for (let axis = 0; axis < index.length; axis++) sum += index[axis] * strides[axis]
  return sum
}
