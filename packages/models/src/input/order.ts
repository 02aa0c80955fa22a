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
  onBackend,
  permutation,
  reshape,
  slice,
  type Tensor,
  tensor,
  tidy,
} from '@gradus/tensor'
import { backendOf } from '@gradus/tensor/internals'

/** `true` shuffles all samples before each pass, `'batch'` only within each batch. */
export type Shuffle = boolean | 'batch'

/** Options of the order of samples. */
export interface OrderOptions {
  readonly size: number
  readonly batchSize: number
  readonly shuffle: true | 'batch'
}

/** Returns the indices of the samples in the order of one pass, int32 `[size]`. The order follows from `key`. */
export function orderOf(key: Tensor, { size, batchSize, shuffle }: OrderOptions): Tensor {
  if (shuffle === true) return permutation(key, size)
  const width = Math.min(batchSize, size)
  const within = permutation(key, width)
  const count = Math.floor(size / width)
  const starts = mul(iota([count, 1], 0, 'int32'), width)
  const whole = reshape(add(starts, within), [count * width])
  const rest = size - count * width
  if (rest === 0) return whole
  // the last, smaller batch keeps the order of the other batches, without the positions that it does not have
  const first = slice(argsort(cast(greaterEqual(within, rest), 'int32')), [0], [rest])
  return concat([whole, add(gather(within, first), count * width)])
}

/** Like `orderOf`, on the backend of the key. */
export function orderOnBackend(key: Tensor, options: OrderOptions): Tensor {
  return onBackend(backendOf(key), () => orderOf(key, options))
}

/** The largest number of programs that are kept: repeated fits on new numbers of samples must not keep one for each. */
const maxPrograms = 16

/** Computes the orders of passes on the device, with one program per number of samples. */
export class Orders {
  private program = this.newProgram()

  constructor(private readonly jit: boolean) {}

  /**
   * Returns the order of pass `number`, int32 `[capacity]`: the one for `rng.fork(number).next()` of a stream with this key.
   * Elements after the number of samples are unused.
   */
  make(key: Tensor, number: number, options: OrderOptions & { readonly capacity: number }): Tensor {
    if (this.program.traces >= maxPrograms) this.program = this.newProgram()
    return onBackend(backendOf(key), () =>
      tidy(() => {
        // a tensor: a number would be a constant of the program, which would then be compiled for each pass
        const pass = tensor(number, { dtype: 'uint32' })
        return this.jit ? this.program(key, pass, options) : orderOfPass(key, pass, options)
      }),
    )
  }

  private newProgram() {
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
