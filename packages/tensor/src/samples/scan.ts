import type { Aval, Op, OpSamples } from '../op.ts'
import { gelu } from '../ops/activation.ts'
import { add, cast, greater, mul, neg, sub, where } from '../ops/arithmetic.ts'
import { reshape, sum } from '../ops/broadcast.ts'
import { logicalXor } from '../ops/logical.ts'
import { matmul } from '../ops/matmul.ts'
import { scan } from '../ops/scan.ts'
import { type ScanParams, scanOp } from '../ops/scan-op.ts'
import { softmax } from '../ops/softmax.ts'
import { sin, tanh } from '../ops/trigonometric.ts'
import { Tensor } from '../tensor.ts'
import { traceOpen } from '../trace.ts'

type BodyFunction = (...inputs: Tensor[]) => Tensor[]

interface Loop {
  readonly carries: number
  readonly sequences: number
  readonly length: number
  readonly reverse?: boolean
}

/** The params of a loop over `step`, which takes carries, elements and the rest, and gives carries and results. */
function loop(step: BodyFunction, { reverse = false, ...sizes }: Loop): (inputs: readonly Aval[]) => ScanParams {
  const { carries, sequences } = sizes
  return (inputs) => {
    const inside = inputs.map(({ shape, dtype }, index) => {
      const element = index >= carries && index < carries + sequences
      return new Tensor({ shape: element ? shape.slice(1) : shape, dtype })
    })
    return { body: traceOpen(step, inside, () => true).graph, reverse, ...sizes }
  }
}

const int32 = 'int32' as const
const bool = 'bool' as const

const runningSum: BodyFunction = (total, x) => [add(total!, x!), add(total!, x!)]

const recurrent: BodyFunction = (h, x, kernel, bias) => {
  const next = tanh(add(add(matmul(h!, kernel!), x!), bias!))
  return [next, next]
}

// carries: floats, a counter and a flag; results: a number, a matrix and one without derivative
const mixed: BodyFunction = (h, count, flag, x, n, rate) => {
  const next = where(flag!, mul(h!, rate!), add(h!, x!))
  const total = add(count!, n!)
  return [
    next,
    total,
    logicalXor(flag!, greater(total, 1)),
    sum(mul(next, cast(total, next.dtype))),
    mul(reshape(next, [2, 1]), reshape(x!, [1, 2])),
    neg(total),
  ]
}

// carries that are exchanged, one that stays the same, and results that are inputs
const moving: BodyFunction = (a, b, kept, x, fixed) => [b!, mul(a!, x!), kept!, x!, fixed!, a!, a!]

const composites: BodyFunction = (h, x) => {
  const weights = softmax(add(h!, x!))
  return [gelu(add(weights, h!)), sub(weights, x!)]
}

const nested: BodyFunction = (h, x, rate) => {
  const [next, seen] = scan((inner: Tensor, y: Tensor) => [sin(add(mul(inner, rate!), y)), mul(inner, y)], h!, x!, {
    reverse: true,
  })
  return [next, seen]
}

// values that nothing depends on, and values that depend on no carry
const careless: BodyFunction = (_, x, factor) => [mul(x!, factor!), mul(x!, x!)]

export const scanSamples: readonly OpSamples[] = [
  {
    op: scanOp as Op,
    samples: [
      { inputs: [{ shape: [] }, { shape: [5] }], params: loop(runningSum, { carries: 1, sequences: 1, length: 5 }) },
      {
        inputs: [{ shape: [2] }, { shape: [4, 2] }],
        params: loop(runningSum, { carries: 1, sequences: 1, length: 4, reverse: true }),
      },
      ...[false, true].map((reverse) => ({
        inputs: [{ shape: [2, 3] }, { shape: [3, 2, 3] }, { shape: [3, 3] }, { shape: [2, 3] }],
        params: loop(recurrent, { carries: 1, sequences: 1, length: 3, reverse }),
      })),
      ...[1, 2].map((length) => ({
        inputs: [{ shape: [1, 2] }, { shape: [length, 1, 2] }, { shape: [2, 2] }, { shape: [1, 2] }],
        params: loop(recurrent, { carries: 1, sequences: 1, length }),
      })),
      {
        inputs: [{ shape: [1, 2] }, { shape: [0, 1, 2] }, { shape: [2, 2] }, { shape: [1, 2] }],
        params: loop(recurrent, { carries: 1, sequences: 1, length: 0 }),
      },
      {
        inputs: [
          { shape: [2] },
          { shape: [], dtype: int32, values: [-1] },
          { shape: [], dtype: bool, values: [0] },
          { shape: [5, 2] },
          { shape: [5], dtype: int32, values: [1, 0, 2, -3, 1] },
          { shape: [2] },
        ],
        params: loop(mixed, { carries: 3, sequences: 2, length: 5 }),
      },
      {
        inputs: [{ shape: [2] }, { shape: [2] }, { shape: [3] }, { shape: [4, 2] }, { shape: [2] }],
        params: loop(moving, { carries: 3, sequences: 1, length: 4, reverse: true }),
      },
      {
        inputs: [{ shape: [3] }, { shape: [3, 3] }],
        params: loop(composites, { carries: 1, sequences: 1, length: 3 }),
      },
      {
        inputs: [{ shape: [2] }, { shape: [3, 4, 2] }, { shape: [2] }],
        params: loop(nested, { carries: 1, sequences: 1, length: 3 }),
      },
      {
        inputs: [{ shape: [2] }, { shape: [2] }],
        params: loop((h, rate) => [sin(mul(h!, rate!))], { carries: 1, sequences: 0, length: 4 }),
      },
      {
        inputs: [{ shape: [2] }, { shape: [3, 2] }, { shape: [2] }],
        params: loop(careless, { carries: 1, sequences: 1, length: 3 }),
      },
      {
        inputs: [
          { shape: [], dtype: int32 },
          { shape: [6], dtype: int32 },
        ],
        params: loop(runningSum, { carries: 1, sequences: 1, length: 6, reverse: true }),
      },
    ],
  },
]
