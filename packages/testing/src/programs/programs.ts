import { valueAndGrad } from '@gradus/autograd'
import {
  add,
  argsort,
  averagePool,
  batchMoments,
  batchNormalization,
  cast,
  concat,
  conv,
  cumsum,
  exp,
  flip,
  gather,
  greater,
  layerNormalization,
  matmul,
  max,
  maxPool,
  mean,
  mul,
  oneHot,
  prod,
  relu,
  reshape,
  type Shape,
  scan,
  scatterAdd,
  sin,
  sizeOf,
  slice,
  softmax,
  softmaxCrossEntropy,
  sort,
  square,
  sum,
  type Tensor,
  tanh,
  transpose,
  where,
} from '@gradus/tensor'
import { apply } from '@gradus/tensor/internals'
import type { Dice } from './dice.ts'

/** A random program: a function of tensors, with inputs. */
export interface RandomProgram {
  readonly label: string
  readonly inputs: readonly { readonly data: Float32Array | Int32Array; readonly shape: Shape }[]
  run(...inputs: Tensor[]): Tensor[]
  /** The tolerance, relative to the largest value plus the compared one (default 2e-5). */
  readonly tolerance?: number
}

/** Sizes around multiples of the sizes of vectors, tiles and blocks. */
const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 17, 24, 31, 32, 33, 40, 64, 70]

/**
 * Generators of random programs by name: parts of training programs with gradients, in shapes that are not multiples of
 * tiles.
 */
export const programKinds: Readonly<Record<string, (dice: Dice) => RandomProgram>> = {
  'matrix product with an epilogue'(dice) {
    const [m, k, n] = [dice.pick(sizes), dice.pick(sizes), dice.pick(sizes)]
    const flags = { transposeA: dice.next() < 0.5, transposeB: dice.next() < 0.5 }
    return {
      label: `${m} x ${k} x ${n} ${JSON.stringify(flags)}`,
      inputs: [
        floats(dice, flags.transposeA ? [k, m] : [m, k]),
        floats(dice, flags.transposeB ? [n, k] : [k, n]),
        floats(dice, [n]),
        floats(dice, [m, n]),
      ],
      run(a, b, bias, mask) {
        const product = matmul(a!, b!, flags)
        return [relu(add(product, bias!)), where(greater(mask!, 0), product, 0)]
      },
    }
  },
  'long sums'(dice) {
    const [m, n] = [dice.whole(1, 20), dice.whole(2, 20)]
    const [outer, inner] = [dice.whole(20, 40), dice.whole(60, 150)]
    return {
      label: `${m} x ${outer} ${inner} x ${n}`,
      inputs: [floats(dice, [outer, inner, m]), floats(dice, [outer, inner, n])],
      run: (a, b) => [
        matmul(reshape(a!, [outer * inner, m]), reshape(b!, [outer * inner, n]), { transposeA: true }),
        sum(a!, { axis: [0, 1] }),
        sum(a!),
      ],
    }
  },
  attention(dice) {
    const [batch, heads] = [dice.whole(1, 4), dice.whole(1, 4)]
    const [time, width, keys] = [dice.pick(sizes), dice.pick(sizes), dice.pick(sizes)]
    const byHead = (x: Tensor) => transpose(x, [0, 2, 1, 3])
    return {
      label: `${batch} ${heads} ${time} ${keys} ${width}`,
      inputs: [floats(dice, [batch, time, heads, width]), floats(dice, [batch, keys, heads, width])],
      run: gradientOf((q, k) => {
        const scores = softmax(mul(matmul(byHead(q!), byHead(k!), { transposeB: true }), 0.3))
        const mixed = byHead(matmul(scores, byHead(k!)))
        return sum(sin(reshape(mixed, [batch * time, heads * width])))
      }),
    }
  },
  convolution(dice) {
    const groups = dice.pick([1, 1, 2, 3])
    const [channels, filters] = [groups * dice.whole(1, 20), groups * dice.whole(1, 20)]
    const [height, width] = [dice.whole(5, 14), dice.whole(5, 14)]
    const [kernelHeight, kernelWidth] = [dice.whole(1, 3), dice.whole(1, 3)]
    const strides = dice.whole(1, 2)
    const options = {
      strides,
      padding: dice.pick(['valid', 'same'] as const),
      dilation: strides === 1 ? dice.whole(1, 2) : 1,
      groups,
    }
    return {
      label: `${height} x ${width} ${channels} ${filters} ${kernelHeight} x ${kernelWidth} ${JSON.stringify(options)}`,
      inputs: [
        floats(dice, [dice.whole(1, 3), height, width, channels]),
        floats(dice, [kernelHeight, kernelWidth, channels / groups, filters]),
      ],
      run: gradientOf((x, kernel) => sum(square(conv(x!, kernel!, options)))),
    }
  },
  reductions(dice) {
    const shape = Array.from({ length: dice.whole(1, 4) }, () => dice.whole(1, 12))
    const axis = shape.map((_, i) => i).filter(() => dice.next() < 0.5)
    return {
      label: `${shape} over ${axis}`,
      inputs: [floats(dice, shape)],
      run: (x) => [sum(exp(x!), { axis }), max(x!, { axis, keepDims: true }), prod(x!, { axis })],
    }
  },
  halves(dice) {
    const [rows, width, units] = [dice.pick(sizes), dice.pick(sizes), dice.pick(sizes)]
    const half = (x: Tensor) => cast(x, 'float16')
    return {
      label: `${rows} x ${width} x ${units}`,
      inputs: [floats(dice, [rows, width]), floats(dice, [width, units]), floats(dice, [units]), floats(dice, [rows])],
      tolerance: 1e-2,
      run: gradientOf((x, kernel, bias, weight) => {
        const hidden = tanh(add(mul(matmul(half(x!), half(kernel!)), 0.2), half(bias!)))
        const scores = cast(softmax(matmul(hidden, half(kernel!), { transposeB: true })), 'float32')
        return sum(mul(max(scores, { axis: 1 }), weight!))
      }),
    }
  },
  'layer normalization'(dice) {
    const [rows, width] = [dice.pick(sizes) * dice.whole(1, 3), dice.pick(sizes)]
    return {
      label: `${rows} x ${width}`,
      inputs: [floats(dice, [rows, width]), floats(dice, [width]), floats(dice, [width])],
      run: gradientOf((x, scale, offset) => sum(sin(add(mul(layerNormalization(x!), scale!), offset!)))),
    }
  },
  'batch normalization'(dice) {
    const width = dice.pick(sizes)
    return {
      label: `${width}`,
      inputs: [floats(dice, [dice.pick(sizes), dice.whole(1, 3), width]), floats(dice, [width])],
      run: gradientOf((x, scale) => {
        const { mean: center, variance } = batchMoments(x!, [0, 1])
        return sum(sin(batchNormalization(x!, center, variance, scale!)))
      }),
    }
  },
  'cross-entropy'(dice) {
    const [rows, classes] = [dice.pick(sizes), dice.pick(sizes)]
    const labels = Int32Array.from({ length: rows }, () => dice.whole(0, classes - 1))
    return {
      label: `${rows} x ${classes}`,
      inputs: [floats(dice, [rows, classes]), { data: labels, shape: [rows] }],
      run: gradientOf((x, y) => mean(softmaxCrossEntropy(x!, oneHot(y!, classes))), 1),
    }
  },
  pooling(dice) {
    const poolSize = dice.whole(1, 3)
    const options = { poolSize, strides: dice.whole(1, 3), padding: dice.pick(['valid', 'same'] as const) }
    const shape = [dice.whole(1, 3), dice.whole(poolSize, 13), dice.whole(poolSize, 13), dice.whole(1, 9)]
    return {
      label: `${shape} ${JSON.stringify(options)}`,
      inputs: [floats(dice, shape)],
      run: gradientOf((x) => add(sum(square(maxPool(x!, options))), sum(square(averagePool(x!, options))))),
    }
  },
  lookup(dice) {
    const [rows, width, count] = [dice.pick(sizes), dice.pick(sizes), dice.pick(sizes)]
    // some indices are out of range
    const indices = Int32Array.from({ length: count }, () => dice.whole(0, rows + 1) - 1)
    return {
      label: `${count} of ${rows} x ${width}`,
      inputs: [floats(dice, [rows, width]), { data: indices, shape: [count] }],
      run: gradientOf((table, index) => sum(square(apply(gather.op, [table!, index!], { axis: 0 }))), 1),
    }
  },
  'additions to shared places'(dice) {
    const [rows, width, count] = [dice.whole(1, 4), dice.pick(sizes), 20_000]
    const indices = Int32Array.from({ length: count }, () => dice.whole(0, rows - 1))
    return {
      label: `${count} to ${rows} x ${width}`,
      inputs: [floats(dice, [count, width]), { data: indices, shape: [count] }, floats(dice, [rows, width])],
      run: (updates, index, x) => [scatterAdd(x!, index!, updates!)],
    }
  },
  movements(dice) {
    const shape = Array.from({ length: dice.whole(1, 4) }, () => dice.whole(1, 9))
    const order = shape.map((_, i) => i).sort(() => dice.next() - 0.5)
    const start = shape.map((size) => dice.whole(0, size - 1))
    return {
      label: `${shape} by ${order} from ${start}`,
      inputs: [floats(dice, shape)],
      run(x) {
        const moved = flip(transpose(x!, order), 0)
        const flat = (y: Tensor) => reshape(y, [sizeOf(y.shape)])
        return [
          moved,
          concat([flat(mul(moved, 2)), flat(slice(x!, start)), flat(x!)]),
          cumsum(x!, { axis: 0 }),
          flat(add(moved, 1)),
        ]
      },
    }
  },
  sorting(dice) {
    const shape = [dice.pick([1, 2, 3]), dice.pick([...sizes, 199, 200, 256, 300, 2000]), dice.pick([1, 1, 2])]
    const options = { axis: 1, descending: dice.next() < 0.5 }
    const special = [0, -0, Infinity, -Infinity, Number.NaN, 1e-40, 1]
    const data = dice.floats(sizeOf(shape)).map((value) => (dice.next() < 0.3 ? dice.pick(special) : value))
    // keys of both signs with common leading digits
    const range = dice.pick([3, 200, 70_000, 2 ** 31 - 1])
    const whole = Int32Array.from(data, () => dice.whole(-range, range))
    return {
      label: `${shape} ${JSON.stringify(options)} up to ${range}`,
      inputs: [
        { data, shape },
        { data: whole, shape },
      ],
      run: (x, y) => [
        argsort(x!, options),
        argsort(y!, options),
        argsort(cast(y!, 'uint32'), options),
        sort(cast(y!, 'float32'), options),
      ],
    }
  },
  loop(dice) {
    const [steps, batch, units] = [dice.whole(1, 6), dice.pick(sizes), dice.pick(sizes)]
    const reverse = dice.next() < 0.5
    return {
      label: `${steps} of ${batch} x ${units}`,
      inputs: [floats(dice, [steps, batch, units]), floats(dice, [batch, units]), floats(dice, [units, units])],
      run: gradientOf((x, start, kernel) => {
        const step = (state: Tensor, now: Tensor) => {
          const next = tanh(add(mul(matmul(state, kernel!), 0.2), now))
          return [next, mul(next, state)] as const
        }
        const [last, all] = scan(step, start!, x!, { reverse })
        return add(sum(square(last)), sum(all))
      }),
    }
  },
}

function floats(dice: Dice, shape: number[]) {
  return { data: dice.floats(sizeOf(shape)), shape }
}

/** The value of `f` and its gradients by all inputs except the last `fixed` ones. */
function gradientOf(f: (...inputs: Tensor[]) => Tensor, fixed = 0): (...inputs: Tensor[]) => Tensor[] {
  return (...inputs) => {
    const differentiated = inputs.slice(0, inputs.length - fixed)
    const rest = inputs.slice(inputs.length - fixed)
    const [value, gradients] = valueAndGrad((list: readonly Tensor[]) => f(...list, ...rest))(differentiated)
    return [value as Tensor, ...gradients]
  }
}
