import { Rng } from '@gradus/core'
import { compile } from '@gradus/graph'
import {
  add,
  argsort,
  cast,
  concat,
  foldIn,
  full,
  gather,
  greaterEqual,
  iota,
  mul,
  permutation,
  reshape,
  slice,
  type Tensor,
  tensor,
  tidy,
} from '@gradus/tensor'

/** Whether samples are put in another order each pass, or only within each batch. */
export type Shuffle = boolean | 'batch'

export interface OrderOptions {
  readonly size: number
  readonly batchSize: number
  readonly shuffle: true | 'batch'
}

/** The numbers of the samples in the order of one pass, int32 `[size]`; `key` decides. */
export function orderOf(key: Tensor, { size, batchSize, shuffle }: OrderOptions): Tensor {
  if (shuffle === true) return permutation(key, size)
  const width = Math.min(batchSize, size)
  const within = permutation(key, width)
  const count = Math.floor(size / width)
  const starts = mul(iota([count, 1], 0, 'int32'), width)
  const whole = reshape(add(starts, within), [count * width])
  const rest = size - count * width
  if (rest === 0) return whole
  // the last, smaller batch: the places that it has, in the order that they have in the others
  const first = slice(argsort(cast(greaterEqual(within, rest), 'int32')), [0], [rest])
  return concat([whole, add(gather(within, first), count * width)])
}

/** Programs that are kept, so that fits on ever new numbers of samples do not keep one for each. */
const kept = 16

/** Makes the orders of passes on the device, with one program per number of samples. */
export class Orders {
  private program = this.fresh()

  constructor(private readonly jit: boolean) {}

  /**
   * The order of pass `number`, that of `rng.fork(number).next()` for a stream with this key. It has `capacity` places, of
   * which those after the samples mean nothing.
   */
  make(key: Tensor, number: number, options: OrderOptions & { readonly capacity: number }): Tensor {
    if (this.program.traces >= kept) this.program = this.fresh()
    return tidy(() => {
      // a tensor, or every pass would have a program of its own
      const pass = tensor(number, { dtype: 'uint32' })
      return this.jit ? this.program(key, pass, options) : orderOfPass(key, pass, options)
    })
  }

  private fresh() {
    return compile(orderOfPass)
  }
}

function orderOfPass(
  key: Tensor,
  number: Tensor,
  { capacity, ...options }: OrderOptions & { readonly capacity: number },
): Tensor {
  const order = orderOf(new Rng(foldIn(key, number)).next(), options)
  return capacity === order.size ? order : concat([order, full([capacity - order.size], 0, 'int32', order)])
}
