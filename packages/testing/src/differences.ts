import { grad } from '@gradus/autograd'
import { add, type Backend, formatShape, mul, onBackend, sum, type Tensor } from '@gradus/tensor'
import { positionOf } from './compare.ts'
import { type HostTensor, takeToHost, toDevice } from './host.ts'
import { RandomNumbers } from './random-numbers.ts'

/** A function from a list of tensors to a list of tensors. */
export type ListFunction = (inputs: readonly Tensor[]) => readonly Tensor[]
/** A function from a list of tensors to a scalar. */
export type ScalarFunction = (inputs: readonly Tensor[]) => Tensor

// Central differences in float64 have an error of h^2 f'''/6 and a rounding error of 1e-16 |f| / h: both are about 1e-10 for h.
const h = 1e-5
// Derivatives of inputs with up to this number of elements are checked by each element, others along random directions.
const elementwiseLimit = 24
const directionCount = 2

/** The arguments of `checkDerivative`. */
export interface DerivativeCheck {
  /** The beginning of error messages. */
  readonly label: string
  readonly backend: Backend
  readonly value: ScalarFunction
  /** The gradient of `value`, one tensor per input. */
  readonly gradient: ListFunction
  /** The inputs at which derivatives are compared, in float64. */
  readonly at: readonly HostTensor[]
  /** Names of the inputs in messages. */
  readonly names?: readonly string[]
  readonly tolerance: number
}

/** Compares a gradient with central finite differences in float64. Throws for the first element that differs. */
export async function checkDerivative(check: DerivativeCheck): Promise<void> {
  const { label, backend, value, gradient, at, tolerance } = check
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
  // compares the derivative along `direction` by finite differences with that by `gradients`
  const compare = async (input: number, direction: readonly number[]) => {
    const { values } = at[input]!
    const ahead = await evaluate(
      input,
      values.map((x, i) => x + h * direction[i]!),
    )
    const behind = await evaluate(
      input,
      values.map((x, i) => x - h * direction[i]!),
    )
    const expected = (ahead - behind) / (2 * h)
    const parts = direction.map((d, i) => (d === 0 ? 0 : d * gradients[input]!.values[i]!))
    const actual = parts.reduce((total, part) => total + part, 0)
    const size = parts.reduce((total, part) => total + Math.abs(part), Math.abs(expected))
    return { actual, expected, ok: Math.abs(actual - expected) <= tolerance * (1 + size) }
  }
  const random = new RandomNumbers(label)
  for (const [input, { values, shape }] of at.entries()) {
    const name = check.names?.[input] ?? `input ${input}`
    const isSmall = values.length <= elementwiseLimit
    if (
      !isSmall &&
      (await agreesAlong(directionCount, values.length, random, (direction) => compare(input, direction)))
    )
      continue
    // by each element; for a large input only after a difference along a direction, to find the element
    for (const index of values.keys()) {
      const { actual, expected, ok } = await compare(input, unit(values.length, index))
      if (ok) continue
      throw new Error(
        `${label}: the derivative by ${name} at ${formatShape(positionOf(index, shape))} of ${formatShape(shape)} is ${actual} and should be ${expected} ` +
          `(finite differences, tolerance ${tolerance}).`,
      )
    }
    if (!isSmall)
      throw new Error(`${label}: the derivative by ${name} differs from finite differences along a random direction.`)
  }
  for (const tensor of tensors) tensor.dispose()
}

async function agreesAlong(
  count: number,
  size: number,
  random: RandomNumbers,
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

/** The scalar `sum(weight * output)` over all outputs with a weight; undefined if no output has one. */
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

/** The gradient of a scalar function by all inputs. */
export function gradientOf(value: ScalarFunction): ListFunction {
  const derivative = grad((inputs: readonly Tensor[]) => value(inputs)) as unknown as (
    inputs: readonly Tensor[],
  ) => readonly Tensor[]
  return (inputs) => derivative(inputs)
}
