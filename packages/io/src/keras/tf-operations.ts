import { isPlainObject } from '@gradus/core'
import { apply, type Translate } from './application.ts'
import { getItem } from './get-item.ts'
import { asList } from './known-shapes.ts'
import { dtypeOfKeras } from './names.ts'
import { type Config, describeKeras } from './object.ts'

// Functions of TensorFlow, which Keras 2 saves as layers `TFOpLambda` and `SlicingOpLambda`.

type Row = Translate

const unary =
  (operation: string): Row =>
  ([x], options, fail) => {
    requireKnown(options, [], fail)
    return apply(operation, x)
  }

/** The second operand is an option; the first is its constant if the tensor is the second. */
const binary =
  (operation: string): Row =>
  ([x, second], options, fail) => {
    const { y = second, x2 = y, ...rest } = options
    requireKnown(rest, [], fail)
    if (x2 === undefined) throw fail('has one operand')
    return apply(operation, x, x2)
  }

const reduction =
  (operation: string): Row =>
  ([x], { axis, keepdims, output_type: _, ...rest }, fail) => {
    requireKnown(rest, [], fail)
    return apply(operation, x, {
      ...(axis !== null && axis !== undefined && { axis }),
      ...(keepdims === true && { keepDims: true }),
    })
  }

const withAxis =
  (operation: string, fallback: number): Row =>
  ([x], { axis, ...rest }, fail) => {
    requireKnown(rest, [], fail)
    return apply(operation, x, axis ?? fallback)
  }

const squaredDifference: Row = (args, options, fail) => apply('square', binary('sub')(args, options, fail))

const matmul: Row = (
  [x],
  { b, transpose_a: a, transpose_b: t, adjoint_a: _, adjoint_b: __, output_type: ___, ...rest },
  fail,
) => {
  requireKnown(rest, [], fail)
  const turned = (value: unknown, turn: unknown) => (turn === true ? apply('swapAxes', value, -1, -2) : value)
  return apply('matmul', turned(x, a), turned(b, t))
}

const split: Row = ([x], { num_or_size_splits: parts, axis, num: _, ...rest }, fail) => {
  requireKnown(rest, [], fail)
  return apply('split', x, parts, axis ?? 0)
}

const pad: Row = ([x], { paddings, mode, constant_values: value, ...rest }, fail) => {
  requireKnown(rest, [], fail)
  const name = typeof mode === 'string' ? mode.toLowerCase() : 'constant'
  return apply('pad', x, paddings, { mode: name, ...(typeof value === 'number' && value !== 0 && { value }) })
}

const gather: Row = ([x], { indices, axis, batch_dims: batch, validate_indices: _, ...rest }, fail) => {
  requireKnown(rest, [], fail)
  if (batch) throw fail(`has batch_dims ${describeKeras(batch)}`)
  if (Array.isArray(indices)) {
    // a list of numbers becomes slices, because specs hold no arrays
    const along = typeof axis === 'number' ? axis : 0
    if (along < 0) throw fail(`takes a list of indices along axis ${along}`)
    const one = (index: unknown) => apply('slice', x, [...zeros(along), index], [...zeros(along, -1), 1])
    return apply('concat', indices.map(one), along)
  }
  return apply('gather', x, indices, { axis: axis ?? 0 })
}

function zeros(count: number, value = 0): number[] {
  return new Array<number>(count).fill(value)
}

const resize: Row = ([images], options, fail) => {
  const { size, method = 'bilinear', antialias, preserve_aspect_ratio: _, ...rest } = options
  requireKnown(rest, [], fail)
  return apply('resize', images, size, { interpolation: method, ...(antialias === true && { antialias }) })
}

const reshape: Row = ([x], { shape, ...rest }, fail) => {
  requireKnown(rest, [], fail)
  return apply('reshape', x, shape)
}

const transpose: Row = ([x], { perm, conjugate: _, ...rest }, fail) => {
  requireKnown(rest, [], fail)
  return apply('transpose', x, ...(perm ? [perm] : []))
}

const cast: Row = ([x], { dtype, ...rest }, fail) => {
  requireKnown(rest, [], fail)
  return apply('cast', x, dtypeOfKeras(String(dtype)))
}

const clip: Row = ([x], { clip_value_min: low, clip_value_max: high, ...rest }, fail) => {
  requireKnown(rest, [], fail)
  return apply('clip', x, low, high)
}

const squeeze: Row = ([x], { axis, squeeze_dims: dims, ...rest }, fail) => {
  requireKnown(rest, [], fail)
  const axes = axis ?? dims
  return apply('squeeze', x, ...(axes === null || axes === undefined ? [] : [axes]))
}

const expandDims: Row = ([x], { axis, ...rest }, fail) => {
  requireKnown(rest, [], fail)
  return apply('expandDims', x, axis)
}

const tile: Row = ([x], { multiples, ...rest }, fail) => {
  requireKnown(rest, [], fail)
  return apply('tile', x, asList(multiples))
}

const normalize: Row = ([x], { axis, epsilon, dim: _, ...rest }, fail) => {
  requireKnown(rest, [], fail)
  const least = typeof epsilon === 'number' ? epsilon : 1e-12
  // TensorFlow bounds the sum of squares, Keras the norm
  return apply('l2Normalize', x, { ...(axis !== null && axis !== undefined && { axis }), epsilon: Math.sqrt(least) })
}

const leakyRelu: Row = ([x], { alpha, ...rest }, fail) => {
  requireKnown(rest, [], fail)
  const slope = typeof alpha === 'number' ? alpha : 0.2
  return apply('maximum', x, apply('mul', x, slope))
}

const gelu: Row = ([x], { approximate, ...rest }, fail) => {
  requireKnown(rest, [], fail)
  return apply('gelu', x, { approximate: approximate === true })
}

/** Python slices: a list of indices, slices and ellipses. */
const slices: Row = (args, { slice_spec: key, ...rest }, fail) => {
  requireKnown(rest, [], fail)
  const item = (value: unknown) => (isPlainObject(value) && value['value'] === '...' ? '...' : value)
  return getItem([args[0], Array.isArray(key) ? key.map(item) : item(key)], {}, fail)
}

function requireKnown(options: Config, known: readonly string[], fail: (problem: string) => Error): void {
  const other = Object.keys(options).find(
    (key) => key !== 'name' && !known.includes(key) && (options[key] ?? false) !== false,
  )
  if (other !== undefined) throw fail(`has the option ${other} ${describeKeras(options[other])}`)
}

const sameNames =
  'abs exp log log1p expm1 sqrt rsqrt square sign sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh ceil floor ' +
  'round reciprocal erf sigmoid softplus'
const pairs =
  'add:add subtract:sub multiply:mul truediv:div divide:div floordiv:floorDivide floormod:mod mod:mod pow:pow maximum:maximum ' +
  'minimum:minimum greater:greater greater_equal:greaterEqual less:less less_equal:lessEqual equal:equal not_equal:notEqual ' +
  'logical_and:logicalAnd logical_or:logicalOr'
const reductions =
  'reduce_sum:sum reduce_mean:mean reduce_max:max reduce_min:min reduce_prod:prod reduce_std:std reduce_variance:variance ' +
  'reduce_any:any reduce_all:all reduce_logsumexp:logSumExp argmax:argMax argmin:argMin'

function rowsOf(list: string, row: (operation: string) => Row): [string, Row][] {
  return list.split(' ').map((item) => {
    const [name, operation = name] = item.split(':') as [string, string?]
    return [name, row(operation)]
  })
}

/** The functions by the last word of their names in TensorFlow. */
const rows: ReadonlyMap<string, Row> = /* @__PURE__ */ (() =>
  new Map<string, Row>([
    ...rowsOf(sameNames, unary),
    ...rowsOf('negative:neg neg:neg logical_not:logicalNot relu:relu relu6:relu6 silu:silu swish:silu', unary),
    ...rowsOf(pairs, binary),
    ...rowsOf(reductions, reduction),
    ...rowsOf('softmax:softmax log_softmax:logSoftmax', reduction),
    ['squared_difference', squaredDifference],
    ['concat', withAxis('concat', 0)],
    ['stack', withAxis('stack', 0)],
    ['unstack', withAxis('unstack', 0)],
    ['matmul', matmul],
    ['split', split],
    ['pad', pad],
    ['gather', gather],
    ['resize', resize],
    ['reshape', reshape],
    ['transpose', transpose],
    ['cast', cast],
    ['clip_by_value', clip],
    ['squeeze', squeeze],
    ['expand_dims', expandDims],
    ['tile', tile],
    ['l2_normalize', normalize],
    ['leaky_relu', leakyRelu],
    ['gelu', gelu],
    ['getitem', slices],
  ]))()

/** The translation of a function of TensorFlow, such as `math.reduce_mean`; undefined for one that has no counterpart. */
export function tfOperation(name: unknown): Translate | undefined {
  const last = typeof name === 'string' ? /^(?:[\w.]*\.)?(\w+)$/.exec(name)?.[1] : undefined
  return last === undefined ? undefined : rows.get(last)
}

const graphOperations =
  'Add:add AddV2:add BiasAdd:add Sub:sub Mul:mul RealDiv:div Div:div FloorDiv:floorDivide FloorMod:mod Pow:pow Maximum:maximum ' +
  'Minimum:minimum Greater:greater GreaterEqual:greaterEqual Less:less LessEqual:lessEqual Abs:abs Neg:neg Exp:exp Log:log ' +
  'Sqrt:sqrt Rsqrt:rsqrt Square:square Sigmoid:sigmoid Tanh:tanh Relu:relu Relu6:relu6 Softmax:softmax Softplus:softplus Sin:sin ' +
  'Cos:cos Floor:floor Ceil:ceil Sign:sign'

/**
 * The translation of a node of a TensorFlow graph, which Keras of TensorFlow 2.0 to 2.3 saves as `TensorFlowOpLayer`; undefined for one that
 * has no counterpart. `constants` are the arguments that are numbers, by their positions.
 */
export function graphOperation(op: unknown, constants: unknown): Translate | undefined {
  const found = graphOperations.split(' ').find((item) => item.startsWith(`${String(op)}:`))
  if (found === undefined) return undefined
  const numbers = isPlainObject(constants) ? Object.entries(constants) : []
  return ([given], _, fail) => {
    const args = [...asList(given)]
    for (const [position, value] of numbers.sort(([a], [b]) => Number(a) - Number(b))) {
      if (typeof value !== 'number') throw fail(`has the constant ${describeKeras(value)}`)
      args.splice(Number(position), 0, value)
    }
    return apply(found.slice(found.indexOf(':') + 1), ...args)
  }
}
