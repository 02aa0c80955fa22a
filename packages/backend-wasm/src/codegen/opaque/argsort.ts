import type { OpaqueKernel } from '@gradus/schedule'
import { sizeOf } from '@gradus/tensor'
import { bytesPerElement } from '@gradus/tensor/internals'
import { doWhile, i32, increase, sequence, Temporaries } from '../../assembler/index.ts'
import type { Scalar } from '../../elementwise/row.ts'
import { scalarLanes } from '../lanes.ts'
import { type KernelCode, kernelSignature, type Tools } from '../tools.ts'
import { mergeRow } from './merge-sort.ts'
import { digitRow } from './radix-sort.ts'
import type { RowSort } from './row-sort.ts'

/** For rows of at least this length a radix sort is faster than a merge sort. */
const longRow = 200

/** The positions that sort each row. Equal elements keep their order, and NaN comes last. */
export function argsortFunction({ node, inputs, inputAvals, outputs }: OpaqueKernel, tools: Tools): KernelCode {
  const { axis, descending } = node.params as { axis: number; descending: boolean }
  const { shape } = node.aval
  const length = shape[axis]!
  const inner = sizeOf(shape.slice(axis + 1))
  const { dtype } = inputAvals[0]!
  const bytes = bytesPerElement(dtype)
  const sort: RowSort = length >= longRow && dtype !== 'float64' ? digitRow : mergeRow

  const callable = tools.module.function(kernelSignature, (locals, args, begin, end) => {
    const [keys, target] = [locals.add('i32'), locals.add('i32')]
    // rows are numbered through the dimensions before and after the axis
    const rowStart = i32.add(
      i32.mul(i32.divU(begin.get, i32.const(inner)), i32.const(length * inner)),
      i32.remU(begin.get, i32.const(inner)),
    )
    const row = new Temporaries(locals)
    const start = row.let(rowStart)
    row.do(keys.set(i32.add(i32.load(args.get, 0), i32.mul(start, i32.const(bytes)))))
    row.do(target.set(i32.add(i32.load(args.get, 4), i32.shl(start, i32.const(2)))))
    row.do(
      sort.code({
        locals,
        length,
        dtype,
        descending,
        scratch: tools.scratch.get,
        keyAt(index) {
          const address = i32.add(keys.get, i32.mul(index, i32.const(inner * bytes)))
          return scalarLanes.loadOne(dtype, { address, offset: 0 }) as Scalar
        },
        put: (index, position) => i32.store(i32.add(target.get, i32.mul(index, i32.const(4 * inner))), position),
      }),
    )
    row.do(increase(begin, i32.const(1)))
    return doWhile(row.end(sequence()), i32.ltU(begin.get, end.get))
  })
  return {
    callable,
    values: [inputs[0]!, outputs[0]!],
    units: sizeOf(shape) / length,
    scratchBytes: sort.scratchBytes(length),
    workspaceBytes: 0,
  }
}
