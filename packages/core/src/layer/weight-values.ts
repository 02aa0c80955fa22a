import {
  type Backend,
  cast,
  currentBackend,
  formatShape,
  onBackend,
  sameShape,
  Tensor,
  type TypedArray,
  tidy,
  treeMap,
} from '@gradus/tensor'
import { Storage, toMemory } from '@gradus/tensor/internals'
import { describeValue } from '../config/describe.ts'
import type { WeightValue } from '../contracts/callback.ts'
import type { ArrayData, HostArray } from '../data/dataset.ts'
import { toHostArray } from '../data/host-array.ts'
import { ConfigError, DataError } from '../errors.ts'
import type { BaseLayer } from './base-layer.ts'
import { listVariables, readVariables, type Variable, writeVariables } from './variables.ts'

/** A weight for `setWeights`: with a path, or values only, which are matched by their order. */
export type WeightLike = WeightValue | ArrayData

/** Copies variables to the host. */
export function readWeights(
  variables: readonly Pick<Variable, 'path' | 'trainable' | 'value'>[],
): Promise<WeightValue[]> {
  return Promise.all(
    variables.map(async ({ path, trainable, value }) => ({
      path,
      trainable,
      shape: value.shape,
      dtype: value.dtype,
      data: (await value.data()).slice() as TypedArray,
    })),
  )
}

/** Copies an array to the current backend. */
export function toDevice({ data, shape, dtype }: HostArray): Tensor {
  const backend = currentBackend()
  const stored = toMemory(dtype, data)
  const buffer = backend.allocate(stored.byteLength)
  backend.write(buffer, stored)
  return new Tensor({ shape, dtype }, new Storage(backend, buffer))
}

/**
 * Sets all variables of a layer or a model, on a backend. Throws before any change: `ConfigError` for missing weights, for weights
 * that it does not have and for wrong shapes, `DataError` for values that are not finite.
 */
export async function writeWeights(root: BaseLayer, weights: readonly WeightLike[], backend: Backend): Promise<void> {
  requireList(weights)
  const owner = 'layers' in root ? 'model' : 'layer'
  const variables = listVariables(root)
  const byPath = new Map(weights.flatMap((weight) => (hasPath(weight) ? [[weight.path, weight] as const] : [])))
  if (byPath.size === 0 && weights.length !== variables.length) {
    throw new ConfigError(
      `setWeights: ${weights.length} weights were given and the ${owner} has ${variables.length}: ${variables.map(({ path }) => path).join(', ')}. Give one for each, in this order.`,
    )
  }
  const paths = new Set(variables.map(({ path }) => path))
  const others = [...byPath.keys()].filter((path) => !paths.has(path))
  if (others.length > 0 && variables.every(({ path }) => byPath.has(path))) {
    throw new ConfigError(
      `setWeights: the ${owner} has no ${others.join(', ')}. It has ${[...paths].join(', ')}. The weights must be those of a model with the same layers; leave out the others.`,
    )
  }
  const arrays: HostArray[] = []
  for (const [index, { path, value }] of variables.entries()) {
    const weight = byPath.size > 0 ? byPath.get(path) : weights[index]
    if (weight === undefined)
      throw new ConfigError(
        `setWeights: there is no weight for '${path}'. Given: ${[...byPath.keys()].join(', ').slice(0, 2000)}.`,
      )
    const array = await toHostArray(weight, `weight '${path}'`)
    const scalar = value.rank === 0 && array.data.length === 1
    if (!scalar && !sameShape(array.shape, value.shape)) {
      throw new ConfigError(
        `setWeights: '${path}' has shape ${formatShape(value.shape)} and was given ${formatShape(array.shape)}. The weights must be those of a model with the same layers.`,
      )
    }
    requireFinite(array, `The weight '${path}'`)
    arrays.push({ ...array, shape: value.shape })
  }
  const tensors = onBackend(backend, () =>
    variables.map(({ value }, index): Tensor => tidy(() => cast(toDevice(arrays[index]!), value.dtype))),
  )
  const old = variables.map(({ value }) => value)
  const byOld = new Map(old.map((value, index) => [value, tensors[index]!]))
  const { params, state } = readVariables(root)
  const replaced = (value: Tensor) => byOld.get(value)!
  writeVariables(root, { params: treeMap(replaced, params), state: treeMap(replaced, state) })
  for (const value of old) value.dispose()
}

/** Throws `DataError`, which names the tensor, for values that are not finite. */
export function requireFinite(
  { data }: Pick<HostArray, 'data'>,
  name: string,
  advice = 'The model may have diverged before it was saved: load an earlier file.',
): void {
  const wrong = data.findIndex((value) => !Number.isFinite(value))
  if (wrong >= 0) {
    throw new DataError(`${name} has the value ${data[wrong]} at position ${wrong}; weights must be finite. ${advice}`)
  }
}

function requireList(weights: unknown): void {
  if (Array.isArray(weights)) return
  throw new ConfigError(
    `setWeights takes a list of weights, as await getWeights() returns it, and got ${describeValue(weights)}.`,
  )
}

function hasPath(weight: WeightLike): weight is WeightValue {
  return typeof weight === 'object' && weight !== null && 'path' in weight && typeof weight.path === 'string'
}
