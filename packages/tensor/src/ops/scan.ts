import { requireOptions, shown } from '../arguments.ts'
import { ShapeError } from '../errors.ts'
import { applyAll, currentInterpreter, withInterpreter } from '../interpreter.ts'
import { canonical } from '../params-key.ts'
import { formatShape, sameShape } from '../shape.ts'
import { Tensor } from '../tensor.ts'
import { traceOpen } from '../trace.ts'
import { treeForEach, treeLeaves, treeMap, treeReplace } from '../tree.ts'
import { scanOp } from './scan-op.ts'

export interface ScanOptions {
  /** From the last element to the first (default false); each result has the position of its element. */
  readonly reverse?: boolean
  /** The number of steps; needed if there are no sequences. */
  readonly length?: number
}

/**
 * A loop: calls `step` for each element along the leading axis of the sequences `xs`, passes a carry from step to step, and
 * returns the last carry and the stacked results. Carry, sequences and results are trees of tensors. As `jax.lax.scan`.
 *
 * The step is traced once and is one op in a program however long the sequences are, with a derivative of any order. It
 * must be synchronous, must not read values, and must return a carry of the same tree, shapes and dtypes. Tensors that it
 * closes over are the same in every step, and gradients flow to them.
 *
 * Throws `ShapeError` if a carry changes its shape or dtype or if the sequences differ in length, and `TypeError` if the
 * carry is another tree after a step.
 *
 * @example
 * import { add, mul, scan, tensor } from '@gradus/tensor'
 * const rate = tensor(0.5)
 * const step = (total, x) => {
 *   const next = add(mul(total, rate), x)
 *   return [next, next]
 * }
 * const [last, all] = scan(step, tensor(0), tensor([1, 1, 1]))
 * last.item() // => 1.75
 * all.array() // => [1, 1.5, 1.75]
 */
export function scan<C, X, Y>(
  step: (carry: C, x: X) => readonly [C, Y],
  init: C,
  xs: X,
  options: ScanOptions = {},
): [carry: C, results: Y] {
  if (typeof step !== 'function') {
    throw new TypeError(
      `scan takes a function first, as in scan((carry, x) => [carry, x], init, xs), and got ${shown(step)}.`,
    )
  }
  requireOptions('scan', options, ['reverse', 'length'])
  const { reverse = false, length } = options
  const first = treeLeaves(init)
  const sequences = treeLeaves(xs)
  const steps = lengthOf(xs, length)
  const element = treeMap(({ shape, dtype }) => new Tensor({ shape: shape.slice(1), dtype }), xs)
  const { graph, captured, result } = traceOpen(
    (carry: C, x: X) => {
      // `withInterpreter` throws for promises
      const made: unknown = withInterpreter(currentInterpreter(), () => step(carry, x))
      if (!Array.isArray(made) || made.length !== 2) {
        throw new TypeError('scan: the step must return two things, [carry, result]; the result may be null.')
      }
      const [next, y] = made as [C, Y]
      return { carries: carriesLike(carry, next), y }
    },
    [init, element],
    () => true,
  )
  if (graph.outputs.length === 0) return [init, result.y]
  const outputs = applyAll(scanOp, [...first, ...sequences, ...captured], {
    body: canonical(graph),
    carries: first.length,
    sequences: sequences.length,
    length: steps,
    reverse,
  })
  return [treeReplace(init, outputs), treeReplace(result.y, outputs.slice(first.length))]
}

function lengthOf(xs: unknown, given: number | undefined): number {
  let steps = given
  let source = 'the option length'
  if (given !== undefined && (!Number.isInteger(given) || given < 0)) {
    throw new ShapeError(`scan: the length is ${given}; it must be a whole number from 0.`)
  }
  treeForEach(xs, ({ shape }, path) => {
    const name = path === '' ? 'the sequence' : `the sequence '${path}'`
    const [own] = shape
    if (own === undefined) throw new ShapeError(`scan: ${name} is a scalar; it needs a leading axis to step along.`)
    if (steps !== undefined && own !== steps) {
      throw new ShapeError(
        `scan: ${name} of shape ${formatShape(shape)} has ${own} elements along its leading axis and ${source} ${steps}; they must agree.`,
      )
    }
    if (steps === undefined) source = name
    steps = own
  })
  if (steps === undefined) {
    throw new ShapeError('scan: there are no sequences that tell the number of steps. Give it, as in { length: 10 }.')
  }
  return steps
}

/** The tensors of the carry after a step, in the order before it. Throws if tree, shapes or dtypes differ. */
function carriesLike(before: unknown, after: unknown): Tensor[] {
  const found = new Map<string, Tensor>()
  treeForEach(after, (leaf, path) => found.set(path, leaf))
  const carries: Tensor[] = []
  treeForEach(before, (leaf, path) => {
    const next = found.get(path)
    const name = path === '' ? 'the carry' : `the carry '${path}'`
    if (!next) {
      throw new TypeError(`scan: ${name} is missing after a step. The step must return a carry like the first one.`)
    }
    found.delete(path)
    if (next.dtype !== leaf.dtype || !sameShape(next.shape, leaf.shape)) {
      throw new ShapeError(
        `scan: ${name} is ${leaf.dtype}${formatShape(leaf.shape)} before a step and ${next.dtype}${formatShape(next.shape)} after it; ` +
          'shape and dtype must stay the same.',
      )
    }
    carries.push(next)
  })
  const [extra] = found.keys()
  if (extra !== undefined) {
    const name = extra === '' ? 'a tensor' : `a tensor '${extra}'`
    throw new TypeError(
      `scan: the carry has ${name} after a step that it had not before. Give the first carry one, such as zeros.`,
    )
  }
  return carries
}
