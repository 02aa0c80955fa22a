import { checkArguments, requireTensor } from '../arguments.ts'
import { TraceError } from '../errors.ts'
import { SymbolicTensor } from '../symbolic.ts'
import { Tensor } from '../tensor.ts'
import { treeLeaves, treeReplace } from '../tree.ts'
import { add, cast, equal, greaterEqual, where } from './arithmetic.ts'
import { iota, tensor } from './create.ts'
import { logicalAnd } from './logical.ts'
import { scan } from './scan.ts'

function requireFunctions(name: string, example: string, ...functions: readonly unknown[]): void {
  if (functions.every((f) => typeof f === 'function')) return
  throw new TypeError(`${name} takes functions, as in ${example}.`)
}

/** The value of a bool or a number without axes, where it is known now. */
function knownValue(name: string, x: Tensor | boolean | number): number | undefined {
  if ((x as unknown) instanceof SymbolicTensor) {
    throw new TypeError(
      `${name} cannot depend on a symbolic tensor: the layers of a model do not depend on values. Use where(...), or call ${name} within a layer.`,
    )
  }
  if (typeof x === 'boolean' || typeof x === 'number') return Number(x)
  requireTensor(name, x)
  return x.concrete && x.storage.readsAtOnce ? Number(x.item()) : undefined
}

function asCondition(x: Tensor | boolean): Tensor {
  return cast(x instanceof Tensor ? x : tensor(x), 'bool')
}

/** Leaf by leaf the first tree where the condition holds, else the second. */
function chosen<T>(condition: Tensor, whenTrue: T, whenFalse: T): T {
  const others = treeLeaves(whenFalse)
  return treeReplace(
    whenTrue,
    treeLeaves(whenTrue).map((leaf, index) => where(condition, leaf, others[index]!)),
  )
}

/**
 * The result of `whenTrue()` or of `whenFalse()`, trees of tensors of equal shapes, by a bool without axes. Where the condition is
 * known, only that function is called; in a compiled function, and on WebGPU, both are computed. Keras: `cond`.
 *
 * @example
 * import { cond, greater, mul, tensor } from '@gradus/tensor'
 * const x = tensor(3)
 * cond(greater(x, 2), () => mul(x, 10), () => x).item() // => 30
 */
export function cond<T>(condition: Tensor | boolean, whenTrue: () => T, whenFalse: () => T): T {
  requireFunctions('cond', 'cond(condition, () => x, () => y)', whenTrue, whenFalse)
  const known = knownValue('cond', condition)
  if (known !== undefined) return known ? whenTrue() : whenFalse()
  return chosen(asCondition(condition), whenTrue(), whenFalse())
}

/**
 * Calls `body(i, value)` for the whole numbers i (int32 tensors) from `lower` to `upper - 1` and passes on its result. One op however
 * many steps there are, with a derivative; see `scan`. Keras: `fori_loop`.
 *
 * @example
 * import { add, foriLoop, tensor } from '@gradus/tensor'
 * foriLoop(0, 5, (i, total) => add(total, i), tensor(0, { dtype: 'int32' })).item() // => 10
 */
export function foriLoop<T>(lower: number, upper: number, body: (i: Tensor, value: T) => T, init: T): T {
  checkArguments('foriLoop', [lower, upper], ['integer', 'integer'])
  requireFunctions('foriLoop', 'foriLoop(0, 10, (i, value) => value, init)', body)
  const count = Math.max(0, upper - lower)
  if (count === 0) return init
  const [last] = scan((value: T, i: Tensor) => [body(i, value), null] as const, init, add(iota([count]), lower))
  return last
}

export interface WhileOptions {
  /** The largest number of steps. Needed in compiled functions and on WebGPU, which then make that many and keep the results. */
  readonly maximumIterations?: number
}

/**
 * Calls `body(value)` as long as `condition(value)`, a bool without axes, holds. The value is a tree of tensors that keep their
 * shapes. Keras: `while_loop`. Throws `TraceError` where the condition cannot be read and `maximumIterations` is not given.
 *
 * @example
 * import { less, mul, tensor, whileLoop } from '@gradus/tensor'
 * whileLoop((x) => less(x, 100), (x) => mul(x, 3), tensor(1)).item() // => 243
 */
export function whileLoop<T>(
  condition: (value: T) => Tensor | boolean,
  body: (value: T) => T,
  init: T,
  { maximumIterations }: WhileOptions = {},
): T {
  requireFunctions('whileLoop', 'whileLoop((x) => less(x, 9), (x) => mul(x, 2), init)', condition, body)
  let value = init
  for (let step = 0; maximumIterations === undefined || step < maximumIterations; step++) {
    const goesOn = condition(value)
    const known = knownValue('whileLoop', goesOn)
    if (known === 0) return value
    if (known === undefined) return boundedLoop(condition, body, value, maximumIterations, step)
    value = body(value)
  }
  return value
}

function boundedLoop<T>(
  condition: (value: T) => Tensor | boolean,
  body: (value: T) => T,
  init: T,
  maximum: number | undefined,
  done: number,
): T {
  if (maximum === undefined) {
    throw new TraceError(
      'whileLoop: the condition cannot be read here, in a compiled function or on a backend that reads asynchronously. ' +
        'Give the largest number of steps, as in { maximumIterations: 100 }.',
    )
  }
  const step = ({ value, running }: { value: T; running: Tensor }) => {
    const goesOn = logicalAnd(running, asCondition(condition(value)))
    return [{ value: chosen(goesOn, body(value), value), running: goesOn }, null] as const
  }
  const [{ value }] = scan(step, { value: init, running: tensor(true) }, null, { length: maximum - done })
  return value
}

/**
 * `f` of each element along the leading axis of a tree of tensors; the results are stacked. One op, with a derivative; elements are
 * computed one after the other. Keras: `map`, and `vectorized_map`, which computes them at once.
 *
 * @example
 * import { map, mul, tensor } from '@gradus/tensor'
 * map((row) => mul(row, 2), tensor([[1, 2], [3, 4]])).array() // => [[2, 4], [6, 8]]
 */
export function map<X, Y>(f: (element: X) => Y, elements: X): Y {
  requireFunctions('map', 'map((row) => mul(row, 2), rows)', f)
  const [, results] = scan((carry: null, element: X) => [carry, f(element)] as const, null, elements)
  if (treeLeaves(results).length === 0)
    throw new TypeError('map: the function must return tensors, alone or in a tree.')
  return results
}

/**
 * The result of the branch with the number `index` (an int32 without axes, limited to the branches), called with the other arguments.
 * Where the number is known, only that branch is called; elsewhere all are computed. Keras: `switch`.
 *
 * @example
 * import { neg, switchCase, tensor } from '@gradus/tensor'
 * switchCase(tensor(1, { dtype: 'int32' }), [(x) => x, (x) => neg(x)], tensor(5)).item() // => -5
 */
export function switchCase<A extends readonly unknown[], T>(
  index: Tensor | number,
  branches: readonly ((...args: A) => T)[],
  ...args: A
): T {
  requireFunctions(
    'switchCase',
    'switchCase(index, [(x) => x, (x) => neg(x)], x)',
    ...(Array.isArray(branches) && branches.length > 0 ? branches : [undefined]),
  )
  const last = branches.length - 1
  const known = knownValue('switchCase', index)
  if (known !== undefined) return branches[Math.min(Math.max(known, 0), last)]!(...args)
  const results = branches.map((branch) => branch(...args))
  return results.reduce((found, result, number) =>
    chosen(number === last ? greaterEqual(index as Tensor, number) : equal(index as Tensor, number), result, found),
  )
}
