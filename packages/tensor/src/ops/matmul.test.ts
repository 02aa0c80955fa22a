import { cpu } from '@gradus/backend-cpu'
import { describe, expect, it } from 'vitest'
import { useBackend } from '../backend.ts'
import { ShapeError } from '../errors.ts'
import { sizeOf, stridesOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { reshape } from './broadcast.ts'
import { arange, tensor, zeros } from './create.ts'
import { einsum } from './einsum.ts'
import { dot, matmul, outer, tensordot } from './matmul.ts'

await useBackend(cpu())

const counted = (...shape: number[]) => reshape(arange(0, sizeOf(shape), 1, 'float32'), shape)

describe('matmul', () => {
  it('follows the rules for vectors', () => {
    const a = tensor([1, 2])
    const m = tensor([
      [1, 2],
      [3, 4],
    ])
    expect(matmul(a, a).item()).toBe(5)
    expect(matmul(a, m).array()).toEqual([7, 10])
    expect(matmul(m, a).array()).toEqual([5, 11])
    expect(matmul(a, m, { transposeB: true }).array()).toEqual([5, 11])
    expect(matmul(a, counted(3, 2, 2)).shape).toEqual([3, 2])
    expect(matmul(counted(3, 2, 2), a).shape).toEqual([3, 2])
  })

  it('broadcasts batches', () => {
    const a = counted(2, 1, 2, 3)
    const b = counted(4, 3, 2)
    const product = matmul(a, b)
    expect(product.shape).toEqual([2, 4, 2, 2])
    const single = matmul(counted(2, 2, 3), reshape(tensor(b.dataSync().slice(18), { shape: [3, 2] }), [3, 2]))
    expect(tensor(product.dataSync().slice(12, 16)).array()).toEqual(tensor(single.dataSync().slice(0, 4)).array())
  })

  it('gives the same product whatever operand is read transposed', () => {
    const expected = [
      [10, 13],
      [28, 40],
    ]
    expect(matmul(counted(2, 3), counted(3, 2)).array()).toEqual(expected)
    expect(
      matmul(
        tensor([
          [0, 3],
          [1, 4],
          [2, 5],
        ]),
        counted(3, 2),
        { transposeA: true },
      ).array(),
    ).toEqual(expected)
    expect(
      matmul(
        counted(2, 3),
        tensor([
          [0, 2, 4],
          [1, 3, 5],
        ]),
        { transposeB: true },
      ).array(),
    ).toEqual(expected)
    expect(
      matmul(
        counted(2, 2, 3),
        tensor([
          [0, 2, 4],
          [1, 3, 5],
        ]),
        { transposeB: true },
      ).array(),
    ).toEqual([
      expected,
      [
        [46, 67],
        [64, 94],
      ],
    ])
  })

  it('is zero where nothing is summed', () => {
    expect(matmul(zeros([2, 0]), zeros([0, 2])).array()).toEqual([
      [0, 0],
      [0, 0],
    ])
  })

  it.each([
    ['scalars', () => matmul(tensor(1), tensor([1])), /use mul for scalars/],
    ['different inner sizes', () => matmul(zeros([2, 3]), zeros([2, 3])), /\[2, 3\] by \[2, 3\] sums over 3 and 2/],
    ['batches that do not broadcast', () => matmul(zeros([2, 1, 1]), zeros([3, 1, 1])), /do not broadcast/],
    ['different dtypes', () => matmul(zeros([1, 1]), zeros([1, 1], 'int32')), /float32 and int32/],
    ['bools', () => matmul(zeros([1, 1], 'bool'), zeros([1, 1], 'bool')), /numeric/],
  ])('refuses %s', (_name, body, message) => {
    expect(body).toThrow(ShapeError)
    expect(body).toThrow(message)
  })
})

describe('dot, outer and tensordot', () => {
  it('multiply as NumPy does', () => {
    expect(dot(tensor(3), tensor([1, 2])).array()).toEqual([3, 6])
    expect(dot(tensor([1, 2]), tensor([3, 4])).item()).toBe(11)
    expect(dot(counted(2, 3), counted(4, 3, 5)).shape).toEqual([2, 4, 5])
    expect(outer(tensor([1, 2]), tensor([[3, 4]])).array()).toEqual([
      [3, 4],
      [6, 8],
    ])
    expect(tensordot(tensor([1, 2]), tensor([3, 4]), 0).array()).toEqual([
      [3, 4],
      [6, 8],
    ])
    expect(
      tensordot(counted(2, 3, 4), counted(4, 3, 2), [
        [1, 2],
        [1, 0],
      ]).array(),
    ).toEqual([
      [880, 946],
      [2464, 2674],
    ])
  })

  it('names axes that do not agree', () => {
    expect(() => tensordot(zeros([2, 3]), zeros([2, 3]), 1)).toThrow(
      /axes \[1\] of \[2, 3\] and axes \[0\] of \[2, 3\]/,
    )
  })
})

/** einsum by its definition: a loop over all letters. */
function naive(spec: string, ...operands: Tensor[]): { shape: number[]; values: number[] } {
  const [left, out] = spec.split('->')
  const terms = left.split(',')
  const letters = [...new Set(left.replaceAll(',', ''))]
  const size = (l: string) =>
    Math.max(...terms.flatMap((t, i) => [...t].flatMap((c, a) => (c === l ? [operands[i].shape[a]] : []))))
  const sizes = letters.map(size)
  const shape = [...out].map(size)
  const values = new Array<number>(sizeOf(shape)).fill(0)
  const data = operands.map((x) => x.dataSync())
  for (let n = 0; n < sizeOf(sizes); n++) {
    const place = Object.fromEntries(letters.map((l, i) => [l, Math.floor(n / stridesOf(sizes)[i]) % sizes[i]]))
    const at = (term: string, dims: readonly number[]) =>
      [...term].reduce((sum, l, a) => sum + (dims[a] === 1 ? 0 : place[l]) * stridesOf(dims)[a], 0)
    values[at(out, shape)] += terms.reduce((p, term, i) => p * data[i][at(term, operands[i].shape)], 1)
  }
  return { shape, values }
}

describe('einsum', () => {
  it.each<[string, ...number[][]]>([
    ['ij,jk->ik', [2, 3], [3, 4]],
    ['ij,kj->ki', [2, 3], [4, 3]],
    ['ji,jk->ik', [3, 2], [3, 4]],
    ['bhqd,bhkd->bhqk', [2, 3, 4, 2], [2, 3, 5, 2]],
    ['abc,cde->abde', [2, 3, 4], [4, 2, 2]],
    ['aecd,abcd->acbe', [2, 3, 2, 4], [2, 5, 2, 4]],
    ['acbe,aecd->abcd', [2, 2, 5, 3], [2, 3, 2, 4]],
    ['ij->ji', [2, 3]],
    ['ij->', [2, 3]],
    ['ii->i', [3, 3]],
    ['iij->j', [2, 2, 3]],
    ['ijij->', [2, 3, 2, 3]],
    ['i,j->ij', [2], [3]],
    ['i,i->', [3], [3]],
    ['ij,ij->i', [2, 3], [2, 3]],
    ['ij,k->ik', [2, 3], [2]],
    ['i,ij,j->', [2], [2, 3], [3]],
    ['ab,bc,cd,de->ae', [2, 3], [3, 2], [2, 3], [3, 2]],
    ['ij,jk->ik', [2, 1], [3, 4]],
    ['ij,kji->k', [2, 3], [4, 3, 2]],
    [',i->i', [], [3]],
  ])('%s', (spec, ...shapes) => {
    const operands = shapes.map((shape) => counted(...shape))
    const result = einsum(spec, ...operands)
    const expected = naive(spec, ...operands)
    expect(result.shape).toEqual(expected.shape)
    expect(Array.from(result.dataSync())).toEqual(expected.values)
  })

  it('broadcasts the axes of an ellipsis', () => {
    const a = counted(2, 1, 2, 3)
    const b = counted(4, 3, 2)
    expect(einsum('...ij,...jk->...ik', a, b).array()).toEqual(matmul(a, b).array())
    expect(einsum('i...->...', counted(2, 3)).array()).toEqual([3, 5, 7])
    expect(einsum('...->', counted(2, 3)).item()).toBe(15)
  })

  it('orders an implicit output by the alphabet and sums letters that repeat', () => {
    expect(einsum('ba', counted(2, 3)).array()).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ])
    expect(einsum('ii', counted(2, 2)).item()).toBe(3)
    expect(einsum('...ij, ...jk', counted(3, 2, 2), counted(2, 2)).shape).toEqual([3, 2, 2])
  })

  it.each([
    ['a specification that is none', () => einsum('i-j', counted(2)), /not a specification/],
    ['too few operands', () => einsum('i,j->ij', counted(2)), /names 2 operands and 1/],
    ['a term that does not fit', () => einsum('ij->i', counted(2)), /'ij' in 'ij->i' does not fit .* \[2\]/],
    ['an unknown output letter', () => einsum('i->j', counted(2)), /'j' of the output/],
    ['an output letter given twice', () => einsum('i->ii', counted(2)), /names an axis twice/],
    ['sizes that differ', () => einsum('i,i->i', counted(2), counted(3)), /einsum 'i,i->i'.*\[2\] and \[3\]/],
  ])('refuses %s', (_name, body, message) => {
    expect(body).toThrow(message)
  })
})
