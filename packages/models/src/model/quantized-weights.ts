import {
  abs,
  add,
  bitwiseAnd,
  bitwiseOr,
  cast,
  clip,
  concat,
  div,
  gather,
  iota,
  max,
  min,
  mul,
  neg,
  reshape,
  round,
  type Shape,
  shiftLeft,
  shiftRight,
  slice,
  sub,
  type Tensor,
  tensor,
  zeros,
} from '@gradus/tensor'

/** Bits of a quantized number. */
type Bits = 4 | 8

/** How a weight is quantized. */
export interface Quantization {
  readonly bits: Bits
  /** The shape in which it is quantized, of as many elements. */
  readonly shape: Shape
  /** The axes over which numbers share a scale; with `blockSize` one axis of a matrix. */
  readonly axes: readonly number[]
  /** Numbers along the axis that share a scale and a zero; without it, all do, and the zero is 0. */
  readonly blockSize: number | undefined
}

/** A quantized weight: numbers of a few bits in words of 32, with their scales and, with `blockSize`, zeros. */
export type Packed = { readonly words: Tensor; readonly scale: Tensor; readonly zero?: Tensor }

const epsilon = 1e-7

/**
 * Quantizes a weight as Keras 3 does. Without `blockSize`: round(w s) with s = limit / (max |w| + 1e-7), where limit is 127 or 7. With
 * it: round(w / s) + z in -8..7 with s = (max w - min w + 1e-7) / 15 and z = round(-min w / s) - 8, for blocks along the axis.
 */
export function quantizeWeight(weight: Tensor, { bits, shape, axes, blockSize }: Quantization): Packed {
  const w = reshape(cast(weight, 'float32'), shape)
  const [low, high] = rangeOf(bits)
  if (blockSize === undefined) {
    const scale = div(high, add(max(abs(w), { axis: [...axes], keepDims: true }), epsilon))
    return { words: pack(clip(round(mul(w, scale)), low, high), bits), scale }
  }
  const axis = axes[0]!
  const split = splitBlocks(shape, axis, blockSize)
  const rest = split.blocks * blockSize - shape[axis]!
  const padded = filledUp(w, axis, rest)
  const blocks = reshape(padded, split.shape)
  const over = { axis: axis + 1, keepDims: true }
  const lowest = min(blocks, over)
  const scale = div(add(sub(max(blocks, over), lowest), epsilon), high - low)
  const zero = clip(add(round(div(neg(lowest), scale)), low), low, high)
  const codes = clip(add(round(div(blocks, scale)), zero), low, high)
  const whole = reshape(codes, padded.shape)
  const perBlock = shape.map((d, index) => (index === axis ? split.blocks : d))
  return {
    words: pack(slice(whole, [0, 0], [...shape]), bits),
    scale: reshape(scale, perBlock),
    zero: reshape(zero, perBlock),
  }
}

/** Returns the weight that a quantized one stands for, in the given shape; float32. */
export function dequantizeWeight(
  { words, scale, zero }: Packed,
  { bits, shape, axes, blockSize }: Quantization,
  of: Shape,
): Tensor {
  const codes = reshape(unpack(words, bits, count(shape)), shape)
  if (blockSize === undefined || !zero) return reshape(div(codes, scale), of)
  const axis = axes[0]!
  const block = tensor(
    Array.from({ length: shape[axis]! }, (_, index) => Math.floor(index / blockSize)),
    { dtype: 'int32' },
  )
  return reshape(mul(sub(codes, gather(zero, block, { axis })), gather(scale, block, { axis })), of)
}

/** The input with the values that it has after quantization to 8 bits, with one scale for the numbers along `axes`. */
export function quantizeInput(x: Tensor, axes: readonly number[]): Tensor {
  const scale = div(127, add(max(abs(x), { axis: [...axes], keepDims: true }), epsilon))
  return div(clip(round(mul(x, scale)), -127, 127), scale)
}

function rangeOf(bits: Bits): [low: number, high: number] {
  return bits === 8 ? [-127, 127] : [-8, 7]
}

/** Codes are stored without a sign, from 0 on. */
const offsetOf = (bits: Bits) => 2 ** (bits - 1)

function pack(codes: Tensor, bits: Bits): Tensor {
  const perWord = 32 / bits
  const flat = reshape(cast(add(codes, offsetOf(bits)), 'uint32'), [codes.size])
  const words = Math.ceil(codes.size / perWord)
  const rows = reshape(filledUp(flat, 0, words * perWord - codes.size), [words, perWord])
  let packed = reshape(slice(rows, [0, 0], [words, 1]), [words])
  for (let part = 1; part < perWord; part++) {
    const column = reshape(slice(rows, [0, part], [words, 1]), [words])
    packed = bitwiseOr(packed, shiftLeft(column, tensor(part * bits, { dtype: 'uint32' })))
  }
  return packed
}

function unpack(words: Tensor, bits: Bits, size: number): Tensor {
  const perWord = 32 / bits
  const shifts = mul(iota([1, perWord], 1, 'uint32'), tensor(bits, { dtype: 'uint32' }))
  const mask = tensor(2 ** bits - 1, { dtype: 'uint32' })
  const codes = bitwiseAnd(shiftRight(reshape(words, [words.size, 1]), shifts), mask)
  return sub(cast(slice(reshape(codes, [words.size * perWord]), [0], [size]), 'float32'), offsetOf(bits))
}

/** A matrix in which an axis is split into blocks of the given size, the last one filled up. */
function splitBlocks(shape: Shape, axis: number, size: number): { blocks: number; shape: number[] } {
  const blocks = Math.ceil(shape[axis]! / size)
  return { blocks, shape: shape.flatMap((d, index) => (index === axis ? [blocks, size] : [d])) }
}

/** `x` with zeros at the end of an axis. `pad`, with its modes, would be in every bundle that has models. */
function filledUp(x: Tensor, axis: number, extra: number): Tensor {
  if (extra === 0) return x
  const shape = x.shape.map((d, index) => (index === axis ? extra : d))
  return concat([x, zeros(shape, x.dtype)], axis)
}

function count(shape: Shape): number {
  return shape.reduce((product, d) => product * d, 1)
}
