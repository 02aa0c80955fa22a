import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../backend.ts'
import { mul } from './arithmetic.ts'
import { reshape, sum } from './broadcast.ts'
import { arange, tensor, zeros } from './create.ts'
import { concat, flip, slice, transpose } from './movement.ts'
import { pad } from './padding.ts'
import {
  expandDims,
  flatten,
  meshgrid,
  moveAxis,
  repeat,
  roll,
  split,
  squeeze,
  stack,
  swapAxes,
  tile,
  unstack,
} from './rearrange.ts'
import { tril, triu } from './triangular.ts'

beforeAll(async () => {
  await useBackend(cpu())
})

describe('lists', () => {
  it('are one argument', () => {
    const several = [tensor([1]), tensor([2])] as unknown as [never]
    expect(() => concat(...several)).toThrow('concat takes its tensors in a list, as in concat([a, b]).')
    expect(() => stack(...several)).toThrow('stack takes its tensors in a list, as in stack([a, b]).')
    expect(() => reshape(tensor([1, 2]), 2 as never)).toThrow(
      'reshape takes the shape as a list, as in reshape(x, [2, 3]).',
    )
  })
})

const grid = () => reshape(arange(6), [2, 3])

describe('transpose', () => {
  it('reverses or orders the axes', () => {
    expect(transpose(grid()).array()).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ])
    expect(transpose(zeros([2, 3, 4]), [-1, 0, 1]).shape).toEqual([4, 2, 3])
    expect(moveAxis(zeros([2, 3, 4]), 0, -1).shape).toEqual([3, 4, 2])
    expect(moveAxis(zeros([2, 3, 4]), 2, 0).shape).toEqual([4, 2, 3])
    expect(swapAxes(zeros([2, 3, 4]), 0, -1).shape).toEqual([4, 3, 2])
    expect(() => transpose(grid(), [0, 0])).toThrow(
      '[0, 0] does not order the axes of [2, 3]; name each of 0 to 1 once',
    )
  })
})

describe('slice', () => {
  it('cuts, counts from the end and steps', () => {
    expect(slice(grid(), [0, 1], [2, 1]).array()).toEqual([[1], [4]])
    expect(slice(grid(), [-1]).array()).toEqual([[3, 4, 5]])
    expect(slice(grid(), [0, 0], [-1, -1], [1, 2]).array()).toEqual([
      [0, 2],
      [3, 5],
    ])
    expect(slice(grid(), [2]).shape).toEqual([0, 3])
  })

  it('names what lies outside', () => {
    expect(() => slice(grid(), [0, 2], [2, 2])).toThrow(
      '2 elements from 2 with step 1 end at 4, but axis 1 of [2, 3] has 3',
    )
    expect(() => slice(grid(), [-3])).toThrow('start -3 lies outside axis 0 of [2, 3]; use -2 to 2')
    expect(() => slice(grid(), [0, 0, 0])).toThrow('start has 3 numbers and [2, 3] only 2 axes')
    expect(() => slice(grid(), [0], [-2])).toThrow('size is [-2, 3]')
  })

  it('sends gradients back to their positions', () => {
    const x = tensor([1, 2, 3, 4, 5])
    expect(grad((y: typeof x) => sum(mul(slice(y, [1], [2], [2]), tensor([10, 20]))))(x).array()).toEqual([
      0, 10, 0, 20, 0,
    ])
  })
})

describe('concat, stack and split', () => {
  it('join and part', () => {
    expect(concat([grid(), grid()], -1).shape).toEqual([2, 6])
    expect(stack([tensor([1, 2]), tensor([3, 4])]).array()).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(stack([tensor([1, 2]), tensor([3, 4])], -1).array()).toEqual([
      [1, 3],
      [2, 4],
    ])
    expect(split(grid(), [1, 2], 1).map((part) => part.array())).toEqual([
      [[0], [3]],
      [
        [1, 2],
        [4, 5],
      ],
    ])
    expect(unstack(grid(), 1).map((part) => part.array())).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ])
  })

  it('say what does not fit', () => {
    expect(() => concat([])).toThrow('concat got no tensors')
    expect(() => concat([grid(), tensor([[1, 2, 3]])])).toThrow('tensor 1 is float32[1, 3] and tensor 0 is int32[2, 3]')
    expect(() => concat([zeros([2, 3]), zeros([2, 2])])).toThrow('differ only along axis 0')
    expect(() => stack([zeros([2]), zeros([3])])).toThrow('shapes [2] and [3]')
    expect(() => split(grid(), 2, 1)).toThrow('axis 1 of [2, 3] has 3 elements, which do not make 2 equal parts')
    expect(() => split(grid(), [1, 1], 1)).toThrow('do not make parts of [1, 1]')
  })

  it('splits gradients', () => {
    const x = tensor([1, 2])
    expect(grad((y: typeof x) => sum(mul(concat([y, y]), tensor([1, 2, 3, 4]))))(x).array()).toEqual([4, 6])
  })
})

describe('pad', () => {
  const x = () => tensor([[1, 2, 3]])

  it('adds values, edges and mirrors', () => {
    expect(
      pad(x(), [
        [1, 0],
        [0, 1],
      ]).array(),
    ).toEqual([
      [0, 0, 0, 0],
      [1, 2, 3, 0],
    ])
    expect(
      pad(
        x(),
        [
          [0, 0],
          [2, 1],
        ],
        { value: -9 },
      ).array(),
    ).toEqual([[-9, -9, 1, 2, 3, -9]])
    expect(
      pad(
        x(),
        [
          [0, 1],
          [2, 1],
        ],
        { mode: 'edge' },
      ).array(),
    ).toEqual([
      [1, 1, 1, 2, 3, 3],
      [1, 1, 1, 2, 3, 3],
    ])
    expect(
      pad(
        x(),
        [
          [0, 0],
          [2, 2],
        ],
        { mode: 'reflect' },
      ).array(),
    ).toEqual([[3, 2, 1, 2, 3, 2, 1]])
    expect(
      pad(
        x(),
        [
          [0, 0],
          [3, 1],
        ],
        { mode: 'symmetric' },
      ).array(),
    ).toEqual([[3, 2, 1, 1, 2, 3, 3]])
    expect(pad(tensor([Number.POSITIVE_INFINITY]), [[1, 0]], { value: 1 }).array()).toEqual([
      1,
      Number.POSITIVE_INFINITY,
    ])
  })

  it('says what does not fit', () => {
    expect(() => pad(x(), [[1, 1]])).toThrow(
      'does not fit [1, 3]; give a pair of whole numbers from 0 for each of 2 axes',
    )
    expect(() =>
      pad(
        x(),
        [
          [0, 0],
          [3, 0],
        ],
        { mode: 'reflect' },
      ),
    ).toThrow('reflect cannot add 3 elements to axis 1 of [1, 3]; at most 2')
    expect(() => pad(zeros([0]), [[1, 0]], { mode: 'edge' })).toThrow('at most 0')
  })
})

describe('shapes and copies', () => {
  it('adds and drops dimensions', () => {
    expect(expandDims(grid(), 1).shape).toEqual([2, 1, 3])
    expect(expandDims(grid(), -1).shape).toEqual([2, 3, 1])
    expect(squeeze(zeros([1, 2, 1])).shape).toEqual([2])
    expect(squeeze(zeros([1, 2, 1]), -1).shape).toEqual([1, 2])
    expect(() => squeeze(grid(), 0)).toThrow('axis 0 of [2, 3] has size 2; only size 1 can be dropped')
    expect(flatten(grid()).shape).toEqual([6])
  })

  it('repeats', () => {
    expect(tile(grid(), [1, 2]).array()).toEqual([
      [0, 1, 2, 0, 1, 2],
      [3, 4, 5, 3, 4, 5],
    ])
    expect(tile(tensor([1, 2]), [2, 2]).array()).toEqual([
      [1, 2, 1, 2],
      [1, 2, 1, 2],
    ])
    expect(tile(grid(), [2]).array()).toEqual([
      [0, 1, 2, 0, 1, 2],
      [3, 4, 5, 3, 4, 5],
    ])
    expect(repeat(grid(), 2, 0).array()).toEqual([
      [0, 1, 2],
      [0, 1, 2],
      [3, 4, 5],
      [3, 4, 5],
    ])
    expect(repeat(grid(), 2, 1).array()).toEqual([
      [0, 0, 1, 1, 2, 2],
      [3, 3, 4, 4, 5, 5],
    ])
    expect(() => repeat(grid(), -1)).toThrow('use whole numbers from 0')
  })

  it('turns round', () => {
    expect(flip(grid(), 1).array()).toEqual([
      [2, 1, 0],
      [5, 4, 3],
    ])
    expect(flip(grid()).array()).toEqual([
      [5, 4, 3],
      [2, 1, 0],
    ])
    expect(roll(tensor([1, 2, 3]), 1).array()).toEqual([3, 1, 2])
    expect(roll(grid(), -1, 1).array()).toEqual([
      [1, 2, 0],
      [4, 5, 3],
    ])
    expect(roll(grid(), 1).array()).toEqual([
      [5, 0, 1],
      [2, 3, 4],
    ])
  })

  it('keeps triangles', () => {
    const x = reshape(arange(1, 10), [3, 3])
    expect(triu(x).array()).toEqual([
      [1, 2, 3],
      [0, 5, 6],
      [0, 0, 9],
    ])
    expect(tril(x, -1).array()).toEqual([
      [0, 0, 0],
      [4, 0, 0],
      [7, 8, 0],
    ])
    expect(triu(zeros([2, 3, 4])).shape).toEqual([2, 3, 4])
    expect(() => tril(arange(3))).toThrow('tril needs matrices; the tensor has shape [3]')
  })

  it('spans grids', () => {
    const [x, y] = meshgrid([arange(2), arange(3)])
    expect([x!.array(), y!.array()]).toEqual([
      [
        [0, 1],
        [0, 1],
        [0, 1],
      ],
      [
        [0, 0],
        [1, 1],
        [2, 2],
      ],
    ])
    expect(meshgrid([arange(2), arange(3)], { indexing: 'ij' })[0]!.shape).toEqual([2, 3])
  })
})
