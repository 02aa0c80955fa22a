import { vjp } from '@gradus/autograd'
import { type DType, Tensor } from '@gradus/tensor'
import * as ops from 'gradus/ops'
import type { Check } from '../check.ts'
import { Unsupported } from '../outcome.ts'
import { type CaseBase, isRecorded, type Recorded, toTensor } from '../recorded.ts'
import { programs } from './programs.ts'

interface OpCase extends CaseBase {
  /** The name in `gradus/ops`. */
  readonly function: string
  readonly inputs: readonly Recorded[]
  /**
   * The arguments. `{ input: 0 }` stands for the first input, `{ number: 'NaN' }` for a number that JSON lacks, `{ program: 'double' }`
   * for a function.
   */
  readonly args: readonly unknown[]
  readonly outputs: readonly Recorded[]
  /** Whether the dtypes of the outputs may differ. */
  readonly any_dtype?: boolean
  /** One for each output; null for outputs without derivatives. */
  readonly cotangents?: readonly (Recorded | null)[]
  /** One for each input; null for inputs without derivatives. */
  readonly gradients?: readonly (Recorded | null)[]
}

/** Compares the outputs of a function of tensors, their dtypes, and the derivatives. */
export async function runOp(entry: OpCase, check: Check): Promise<void> {
  const f = (ops as Readonly<Record<string, unknown>>)[entry.function] as ((...args: unknown[]) => unknown) | undefined
  if (!f) throw new Unsupported(`function ${entry.function}`)
  const call = (inputs: readonly Tensor[]) => leavesOf(f(...entry.args.map((arg) => decoded(arg, inputs))))
  const inputs = entry.inputs.map((input) => toTensor(input))
  const outputs = call(inputs)
  check.holds('outputs', outputs.length === entry.outputs.length, `${entry.outputs.length} outputs`, outputs.length)
  for (const [index, expected] of entry.outputs.entries()) {
    const output = outputs[index]
    const field = `outputs[${index}]`
    if (output instanceof Tensor && !entry.any_dtype) {
      check.equal(`${field}.dtype`, familyOf(output.dtype), familyOf(expected.dtype))
    }
    await check.close(field, output instanceof Tensor ? output : [Number(output)], expected)
  }
  const { cotangents, gradients } = entry
  if (!cotangents || !gradients) return
  const followed = gradients.flatMap((gradient, index) => (gradient ? [index] : []))
  const { pullback } = vjp(
    (...some: Tensor[]) => {
      const results = call(inputs.map((input, index) => some[followed.indexOf(index)] ?? input))
      return results.filter((_, index) => cotangents[index]) as Tensor[]
    },
    followed.map((index) => inputs[index]!),
  )
  const found = pullback(cotangents.flatMap((cotangent) => (cotangent ? [toTensor(cotangent)] : [])))
  for (const [position, index] of followed.entries()) {
    await check.close(`gradients[${index}]`, found[position], gradients[index]!)
  }
}

/** Keras has dtypes of integers that Gradus lacks. */
function familyOf(dtype: DType | string): string {
  return /^u?int/.test(dtype) ? 'integer' : dtype
}

function decoded(arg: unknown, inputs: readonly Tensor[]): unknown {
  if (Array.isArray(arg)) return arg.map((entry) => decoded(entry, inputs))
  if (typeof arg !== 'object' || arg === null || isRecorded(arg)) return arg
  if ('input' in arg) return inputs[arg.input as number]
  if ('number' in arg) return Number(arg.number)
  if ('program' in arg) return programs[arg.program as string]
  return Object.fromEntries(Object.entries(arg).map(([key, value]) => [key, decoded(value, inputs)]))
}

/** The tensors and numbers of a result, in order. */
function leavesOf(result: unknown): unknown[] {
  if (result instanceof Tensor || typeof result !== 'object' || result === null) return [result]
  return Object.values(result).flatMap(leavesOf)
}
