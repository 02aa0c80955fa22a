import { requireTensor, shown } from '../arguments.ts'
import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import { operation } from '../operation.ts'
import { broadcastShapes, formatShape, sizeOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { mul } from './arithmetic.ts'
import { reshape, sum } from './broadcast.ts'
import { matmul } from './matmul.ts'
import { slice, transpose } from './movement.ts'

/** A tensor whose axes have names. */
interface Labeled {
  readonly x: Tensor
  readonly labels: readonly string[]
}

/**
 * Sums of products by Einstein's notation, as NumPy's `einsum`: one letter per axis, `...` for axes to broadcast, a letter
 * repeated within an operand for its diagonal. Letters that are not in the output are summed over; without `->` the output
 * has the letters that appear once, in alphabetic order, after the `...`. Operands are combined from left to right.
 *
 * @example
 * import { einsum, tensor } from '@gradus/tensor'
 * einsum('ij,kj->ik', tensor([[1, 2], [3, 4]]), tensor([[1, 1], [0, 2]])).array() // => [[3, 4], [7, 8]]
 */
export const einsum = /* @__PURE__ */ operation('einsum', (spec: string, ...operands: Tensor[]): Tensor => {
  if (typeof spec !== 'string')
    throw new TypeError(`einsum takes the equation first, as in einsum('ij,jk->ik', a, b), and got ${shown(spec)}.`)
  for (const x of operands) requireTensor('einsum', x)
  const { inputs, output } = parse(spec, operands)
  const sizes = sizesOf(spec, inputs, operands)
  for (const label of output) {
    if (!sizes.has(label)) throw new ShapeError(`einsum: '${label}' of the output in '${spec}' is in no operand.`)
  }
  let rest = operands.map((x, index) => prepared(x, inputs[index]!, sizes))
  while (rest.length > 1) {
    const [a, b, ...others] = rest
    const kept = new Set([...output, ...others.flatMap((other) => other.labels)])
    rest = [contracted(a!, b!, kept, sizes), ...others]
  }
  const last = summed(rest[0]!, new Set(output))
  return permuted(last, output).x
})

function parse(spec: string, operands: readonly Tensor[]): { inputs: string[][]; output: string[] } {
  const compact = spec.replaceAll(' ', '')
  const [left, right, ...more] = compact.split('->')
  const terms = left!.split(',')
  if (more.length > 0 || !/^([A-Za-z]|\.\.\.|,|->)*$/.test(compact)) {
    throw new ShapeError(
      `einsum: '${spec}' is not a specification; write letters, '...', ',' and at most one '->', as in 'ij,jk->ik'.`,
    )
  }
  if (terms.length !== operands.length) {
    throw new ShapeError(`einsum: '${spec}' names ${terms.length} operands and ${operands.length} were given.`)
  }
  // the axes of '...' are counted from the right, as in broadcasting
  const ranks = terms.map((term, index) =>
    term.includes('...') ? operands[index]!.rank - term.replace('...', '').length : 0,
  )
  const widest = Math.max(...ranks)
  const expandTerm = (term: string, rank: number) =>
    term.split(/(\.\.\.)/).flatMap((part) => (part === '...' ? ellipsis(rank) : [...part]))
  const inputs = terms.map((term, index) => {
    const labels = expandTerm(term, ranks[index]!)
    if (labels.length !== operands[index]!.rank || ranks[index]! < 0) {
      throw new ShapeError(
        `einsum: '${term}' in '${spec}' does not fit an operand of shape ${formatShape(operands[index]!.shape)}.`,
      )
    }
    return labels
  })
  if (right !== undefined) {
    const output = expandTerm(right, widest)
    if (new Set(output).size !== output.length)
      throw new ShapeError(`einsum: the output of '${spec}' names an axis twice.`)
    return { inputs, output }
  }
  const letters = terms.flatMap((term) => [...term.replace('...', '')])
  const once = letters.filter((label) => letters.indexOf(label) === letters.lastIndexOf(label)).sort()
  return { inputs, output: [...ellipsis(widest), ...once] }
}

function ellipsis(rank: number): string[] {
  return Array.from({ length: Math.max(rank, 0) }, (_, index) => `.${rank - index}`)
}

function sizesOf(spec: string, inputs: readonly string[][], operands: readonly Tensor[]): Map<string, number> {
  const sizes = new Map<string, number>()
  inputs.forEach((labels, index) => {
    labels.forEach((label, axis) => {
      const size = broadcastShapes(`einsum '${spec}'`, [sizes.get(label) ?? 1], [operands[index]!.shape[axis]!])[0]!
      sizes.set(label, size)
    })
  })
  return sizes
}

/** The operand with diagonals taken, and without axes of size 1 that are broadcast. */
function prepared(x: Tensor, labels: readonly string[], sizes: ReadonlyMap<string, number>): Labeled {
  const needed = labels.map((label, axis) => x.shape[axis] === sizes.get(label))
  const shape = x.shape.filter((_, axis) => needed[axis])
  let result: Labeled = {
    x: shape.length === x.rank ? x : reshape(x, shape),
    labels: labels.filter((_, axis) => needed[axis]),
  }
  for (;;) {
    const repeated = result.labels.find((label, axis) => result.labels.indexOf(label) !== axis)
    if (repeated === undefined) return result
    result = diagonal(result, repeated)
  }
}

/** The elements at which the first two axes called `label` agree: every (n + 1)th of the n * n pairs. */
function diagonal({ x, labels }: Labeled, label: string): Labeled {
  const first = labels.indexOf(label)
  const second = labels.indexOf(label, first + 1)
  const others = labels.map((_, axis) => axis).filter((axis) => axis !== first && axis !== second)
  const kept = others.map((axis) => x.shape[axis]!)
  const size = x.shape[first]!
  const pairs = reshape(transpose(x, [...others, first, second]), [...kept, size * size])
  const taken = apply(slice.op, [pairs], {
    start: new Array<number>(pairs.rank).fill(0),
    size: [...kept, size],
    step: [...kept.map(() => 1), size + 1],
  })
  return { x: taken, labels: [...others.map((axis) => labels[axis]!), label] }
}

function summed({ x, labels }: Labeled, kept: ReadonlySet<string>): Labeled {
  const axis = labels.flatMap((label, index) => (kept.has(label) ? [] : [index]))
  return axis.length === 0 ? { x, labels } : { x: sum(x, { axis }), labels: labels.filter((label) => kept.has(label)) }
}

function permuted({ x, labels }: Labeled, order: readonly string[]): Labeled {
  const axes = order.map((label) => labels.indexOf(label))
  return { x: transpose(x, axes), labels: order }
}

/** Combines two operands: a batched matrix product over the letters that both have and that are not needed afterwards. */
function contracted(
  left: Labeled,
  right: Labeled,
  kept: ReadonlySet<string>,
  sizes: ReadonlyMap<string, number>,
): Labeled {
  const a = summed(left, new Set([...kept, ...right.labels]))
  const b = summed(right, new Set([...kept, ...left.labels]))
  const both = a.labels.filter((label) => b.labels.includes(label))
  const batch = both.filter((label) => kept.has(label))
  const inner = both.filter((label) => !kept.has(label))
  const freeA = a.labels.filter((label) => !both.includes(label))
  const freeB = b.labels.filter((label) => !both.includes(label))
  const dims = (labels: readonly string[]) => labels.map((label) => sizes.get(label)!)
  const size = (labels: readonly string[]) => sizeOf(dims(labels))
  const labels = [...batch, ...freeA, ...freeB]
  if (inner.length === 0) {
    const x = reshape(permuted(a, [...batch, ...freeA]).x, [...dims(batch), ...dims(freeA), ...freeB.map(() => 1)])
    const y = reshape(permuted(b, [...batch, ...freeB]).x, [...dims(batch), ...freeA.map(() => 1), ...dims(freeB)])
    return { x: mul(x, y), labels }
  }
  const matrix = (operand: Labeled, rows: readonly string[], columns: readonly string[]) =>
    reshape(permuted(operand, [...batch, ...rows, ...columns]).x, [
      ...(batch.length > 0 ? [size(batch)] : []),
      size(rows),
      size(columns),
    ])
  // an operand that has its summed letters on the other side is read transposed instead of moved
  const transposeA = isOrdered(a, [...batch, ...inner, ...freeA])
  const transposeB = isOrdered(b, [...batch, ...freeB, ...inner])
  const product = matmul(
    transposeA ? matrix(a, inner, freeA) : matrix(a, freeA, inner),
    transposeB ? matrix(b, freeB, inner) : matrix(b, inner, freeB),
    { transposeA, transposeB },
  )
  return { x: reshape(product, dims(labels)), labels }
}

function isOrdered({ labels }: Labeled, order: readonly string[]): boolean {
  return labels.every((label, index) => label === order[index])
}
