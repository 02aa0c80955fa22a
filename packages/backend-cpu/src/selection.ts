import type { Kernel } from '@gradus/graph'
import { isFloat } from '@gradus/tensor'

/** Elementwise kernels that are not arithmetic. */
export const selectionKernels: Readonly<Record<string, Kernel>> = {
  where(output, [condition, first, second]) {
    const y = output.data
    const c = condition.data
    const a = first.data
    const b = second.data
    for (let i = 0; i < y.length; i++) y[i] = c[i] !== 0 ? a[i] : b[i]
  },

  cast(output, [input]) {
    const y = output.data
    const x = input.data
    if (output.dtype === 'bool') {
      for (let i = 0; i < y.length; i++) y[i] = x[i] !== 0 ? 1 : 0
    } else if (isFloat(input.dtype) && !isFloat(output.dtype)) {
      const lowest = output.dtype === 'int32' ? -(2 ** 31) : 0
      const highest = output.dtype === 'int32' ? 2 ** 31 - 1 : 2 ** 32 - 1
      // storing truncates, and turns NaN into 0
      for (let i = 0; i < y.length; i++) y[i] = Math.min(Math.max(x[i], lowest), highest)
    } else {
      y.set(x)
    }
  },
}
