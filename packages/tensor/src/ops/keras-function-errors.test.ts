import { cpu } from '@gradus/backend-cpu'
import { compile } from '@gradus/graph'
import { expect, it } from 'vitest'
import { useBackend } from '../backend.ts'
import * as ops from '../ops.ts'
import type { Tensor } from '../tensor.ts'

await useBackend(cpu())

const { tensor, zeros } = ops
const vector = tensor([1, 2, 3])
const matrix = zeros([2, 3])
const images = zeros([1, 4, 5, 3])
const ids = tensor([0, 1, 1], { dtype: 'int32' })

it.each<[name: string, call: () => unknown, message: string]>([
  [
    'glu',
    () => ops.glu(vector),
    'glu halves axis -1, and in an input of shape [3] that axis has 3 elements. Give it an even number.',
  ],
  [
    'cross',
    () => ops.cross(zeros([4]), zeros([4])),
    'cross: axis -1 of [4] has 4 elements; it must hold vectors of 2 or 3 numbers.',
  ],
  [
    'correlate',
    () => ops.correlate(matrix, vector),
    'correlate takes two vectors that are not empty and got shapes [2, 3] and [3].',
  ],
  [
    'diagonal',
    () => ops.diagonal(matrix, { axis1: 0, axis2: -2 }),
    'diagonal: axis1 and axis2 are both 0; they must differ.',
  ],
  ['diag', () => ops.diag(images), 'diag takes a vector or a matrix and got [1, 4, 5, 3].'],
  ['vander', () => ops.vander(matrix), 'vander takes a vector and got [2, 3].'],
  ['dsplit', () => ops.dsplit(matrix, 2), 'dsplit needs at least 3 axes and got a tensor of shape [2, 3].'],
  ['arraySplit', () => ops.arraySplit(vector, 0), 'arraySplit: cannot make 0 parts; give a whole number from 1.'],
  ['rot90', () => ops.rot90(matrix, 1, [0, -2]), 'rot90: the axes [0, -2] are the same; they must differ.'],
  [
    'quantile',
    () => ops.quantile(vector, 1.5),
    'quantile: the position 1.5 does not lie between the smallest and the largest element.',
  ],
  [
    'percentile',
    () => ops.percentile(vector, 'x' as never),
    'percentile takes a number from 0 to 100 or a list of them second, as in percentile(x, 50).',
  ],
  [
    'average',
    () => ops.average(matrix, { axis: 0, weights: vector }),
    'average: the weights have shape [3] and x has [2, 3];',
  ],
  [
    'searchsorted',
    () => ops.searchsorted(matrix, vector),
    'searchsorted takes a sorted vector first and got a tensor of shape [2, 3].',
  ],
  ['bincount', () => ops.bincount(vector), "bincount needs an integer tensor and got float32. Use cast(x, 'int32')."],
  ['bincount compiled', () => compile((x: Tensor) => ops.bincount(x))(ids), 'Give it, as in { minLength: 10 }.'],
  [
    'segmentSum',
    () => ops.segmentSum(matrix, ids),
    'segmentSum: the ids have shape [3]; there must be one for each of the 2 rows of [2, 3].',
  ],
  ['depthToSpace', () => ops.depthToSpace(images, 2), 'depthToSpace: 3 channels do not fill blocks of 2 x 2 pixels.'],
  [
    'spaceToDepth',
    () => ops.spaceToDepth(images, 2),
    'spaceToDepth: images of 4 x 5 pixels are not made of blocks of 2 x 2.',
  ],
  [
    'fold',
    () => ops.fold(zeros([1, 8, 5]), 4, 2),
    'fold: [1, 8, 5] are not the windows [n, channels * 4, 9] of images of 4 x 4 pixels.',
  ],
  ['padImages', () => ops.padImages(images, { top: 1, height: 6 }), 'padImages: give two of left, right and width.'],
  [
    'cropImages',
    () => ops.cropImages(images, { top: 1, height: 6, left: 0, right: 0 }),
    'cropImages: 4 pixels cannot change by 1 (top) and -3 (bottom).',
  ],
  ['inv', () => ops.inv(matrix), 'inv needs square matrices [..., n, n] and got a tensor of shape [2, 3].'],
  [
    'solve',
    () => ops.solve(zeros([3, 3]), zeros([2])),
    'solve: matrices of shape [3, 3] need right sides [..., 3] or [..., 3, m], and got [2].',
  ],
  [
    'lstsq',
    () => ops.lstsq(matrix, vector),
    'lstsq takes a matrix [m, n] and values [m] or [m, k] and got [2, 3] and [3].',
  ],
  [
    'sliceUpdate',
    () => ops.sliceUpdate(matrix, [0], zeros([1, 1])),
    'sliceUpdate: 1 starts and updates of shape [1, 1] do not fit [2, 3];',
  ],
  [
    'rearrange',
    () => ops.rearrange(matrix, 'a b'),
    "rearrange: 'a b' has no arrow, or several; write it as in 'h w -> w h'.",
  ],
  [
    'rearrange with a pair',
    () => ops.rearrange(matrix, 'a (b c) -> a b c'),
    "which 'b c' of 'a (b c) -> a b c' do not divide; give the sizes of all names but one, as in { h: 2 }.",
  ],
  [
    'rearrange with one parenthesis',
    () => ops.rearrange(matrix, 'a (b -> a b'),
    "rearrange: 'a (b -> a b' is not a pattern;",
  ],
  [
    'moveAxis',
    () => ops.moveAxis(matrix, [0, 1], [0]),
    'moveAxis: the axes [0,1] cannot move to [0]; give one position for each axis.',
  ],
  ['dotProductAttention', () => ops.dotProductAttention(images, images, matrix), 'and got [1, 4, 5, 3] and [2, 3].'],
  [
    'select',
    () => ops.select([], []),
    'select: there are 0 conditions and 0 values; give one value for each condition.',
  ],
  [
    'geomspace',
    () => ops.geomspace(-1, 1),
    'geomspace: from -1 to 1 no number is a multiple of another; both must have one sign and not be 0.',
  ],
  ['a misspelt option', () => ops.elu(vector, { alfa: 1 } as never), "elu has no option 'alfa'. (known: alpha)"],
])('%s says what is wrong', (_, call, message) => {
  expect(call).toThrow(message)
})

it("Keras's names are the functions with our names", () => {
  expect(ops.multiply).toBe(ops.mul)
  expect(ops.concatenate).toBe(ops.concat)
  expect(ops.argmax).toBe(ops.argMax)
  expect(ops.var).toBe(ops.variance)
  expect(ops.switch).toBe(ops.switchCase)
  expect(ops.multiply.type).toBe('mul')
})
