import { grad } from '@gradus/autograd'
import { add, type Backend, formatShape, mul, onBackend, sum, type Tensor } from '@gradus/tensor'
import { positionOf } from './compare.ts'
import { type HostTensor, takeToHost, toDevice } from './host.ts'
import { Numbers } from './numbers.ts'

/** A function of a list of tensors. */
export type ListFunction = (inputs: readonly Tensor[]) => readonly Tensor[]
/** A function of a list of tensors whose value is a scalar. */
export type ScalarFunction = (inputs: readonly Tensor[]) => Tensor

// Central differences in float64 are off by h^2 f'''/6 and by rounding, 1e-16 |f| / h: both are about 1e-10 at this step.
const step = 1e-5
// Inputs of up to this many elements are moved one element at a time, larger ones along random directions.
const elementwiseLimit = 24
const directions = 2

export interface DerivativeCheck {
  readonly what: string
  readonly backend: Backend
  /** A differentiable function; all outputs together are weighted to one number. */
  readonly value: ScalarFunction
  /** Its gradient, one tensor per input. */
  readonly gradient: ListFunction
  /** Where, in float64. */
  readonly at: readonly HostTensor[]
  /** Names of the inputs for messages. */
  readonly names?: readonly string[]
  readonly tolerance: number
}

/** Compares a gradient with central finite differences in float64 and throws at the first input where they differ. */
export async function checkDerivative(check: DerivativeCheck): Promise<void> {
  const { what, backend, value, gradient, at, tolerance } = check
  const tensors = at.map((input) => toDevice(backend, input))
  const gradients = await takeToHost(onBackend(backend, () => gradient(tensors)))
  const evaluate = async (moved: number, values: readonly number[]): Promise<number> => {
    const replaced = toDevice(backend, { ...at[moved]!, values })
    const [result] = await takeToHost(
      onBackend(backend, () => value(tensors.map((t, i) => (i === moved ? replaced : t)))),
    )
    replaced.dispose()
    return result!.values[0]!
  }
  // The derivative along `direction`, and what `gradients` says it is.
  const compare = async (input: number, direction: readonly number[]) => {
    const { values } = at[input]!
    const ahead = await evaluate(
      input,
      values.map((x, i) => x + step * direction[i]!),
    )
    const behind = await evaluate(
      input,
      values.map((x, i) => x - step * direction[i]!),
    )
    const expected = (ahead - behind) / (2 * step)
    const parts = direction.map((d, i) => (d === 0 ? 0 : d * gradients[input]!.values[i]!))
    const actual = parts.reduce((total, part) => total + part, 0)
    const size = parts.reduce((total, part) => total + Math.abs(part), Math.abs(expected))
    return { actual, expected, ok: Math.abs(actual - expected) <= tolerance * (1 + size) }
  }
  const random = new Numbers(what)
  for (const [input, { values, shape }] of at.entries()) {
    const name = check.names?.[input] ?? `input ${input}`
    const elements = values.length <= elementwiseLimit
    if (!elements && (await agreesAlong(directions, values.length, random, (direction) => compare(input, direction))))
      continue
    // one element at a time; for a large input only to find the place of a difference that is known to exist
    for (const index of values.keys()) {
      const { actual, expected, ok } = await compare(input, unit(values.length, index))
      if (ok) continue
      throw new Error(
        `${what}: the derivative by ${name} at ${formatShape(positionOf(index, shape))} of ${formatShape(shape)} is ${actual} and should be ${expected} ` +
          `(finite differences, tolerance ${tolerance}).`,
      )
    }
    if (!elements)
      throw new Error(`${what}: the derivative by ${name} differs from finite differences along a random direction.`)
  }
  for (const tensor of tensors) tensor.dispose()
}

async function agreesAlong(
  count: number,
  size: number,
  random: Numbers,
  compare: (direction: readonly number[]) => Promise<{ ok: boolean }>,
): Promise<boolean> {
  for (let i = 0; i < count; i++) {
    const direction = Array.from({ length: size }, () => random.uniform(0.5, 1) * (random.next() < 0.5 ? -1 : 1))
    if (!(await compare(direction)).ok) return false
  }
  return true
}

function unit(length: number, index: number): number[] {
  const direction = new Array<number>(length).fill(0)
  direction[index] = 1
  return direction
}

/** The scalar `sum(weight * output)` over all outputs that have a weight; undefined where none has. */
export function weighted(
  backend: Backend,
  f: ListFunction,
  weights: readonly (HostTensor | undefined)[],
): ScalarFunction | undefined {
  if (weights.every((weight) => weight === undefined)) return undefined
  const tensors = weights.map((weight) => weight && toDevice(backend, weight))
  return (inputs) => {
    const parts = f(inputs).flatMap((output, index) => (tensors[index] ? [sum(mul(output, tensors[index]))] : []))
    return parts.reduce((total, part) => add(total, part))
  }
}

/** The gradient of a scalar function by all its inputs. */
export function gradientOf(value: ScalarFunction): ListFunction {
  const derivative = grad((inputs: readonly Tensor[]) => value(inputs)) as unknown as (
    inputs: readonly Tensor[],
  ) => readonly Tensor[]
  return (inputs) => derivative(inputs)
}
