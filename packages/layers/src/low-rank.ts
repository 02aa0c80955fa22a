import {
  type BaseLayer,
  ConfigError,
  describeValue,
  type Layer,
  type LayerVariables,
  Rng,
  replaceVariables,
  titleOf,
  variablesOf,
} from '@gradus/core'
import { add, type FloatDType, matmul, mul, type Shape, type Tensor, tidy } from '@gradus/tensor'
import { keepTensors } from '@gradus/tensor/internals'
import { frozen } from './frozen.ts'
import { HeUniform } from './initializers/he-uniform.ts'
import { Zeros } from './initializers/zeros.ts'

/** The adaptation of a parameter. */
export interface LowRank {
  readonly rank: number
  readonly scale: number
}

/** Low-rank adaptation (Hu et al., 2021): the parameter is frozen, and the product of two narrow matrices is trained. */
export interface LowRankOptions {
  /** Inner dimension of the two matrices; without it the parameter itself is trained. */
  readonly loraRank?: number | undefined
  /** The product is scaled by loraAlpha / loraRank (default loraRank). */
  readonly loraAlpha?: number | undefined
}

/** Rank and scale of the adaptation, or undefined if there is none. Throws `ConfigError` if a constraint is given too. */
export function lowRankOf(
  owner: string,
  { loraRank, loraAlpha }: LowRankOptions,
  constraint: unknown,
): LowRank | undefined {
  if (loraRank === undefined) return undefined
  if (constraint) {
    throw new ConfigError(
      `${owner}: 'loraRank' is ${loraRank} and a constraint was given too. A frozen parameter cannot be constrained; leave one of them out.`,
    )
  }
  return { rank: loraRank, scale: (loraAlpha ?? loraRank) / loraRank }
}

/** Makes the matrices for a parameter of this shape. Their product is 0 at first. */
export function adaptationFor(
  rng: Rng,
  key: string,
  shape: Shape,
  rank: number,
  dtype: FloatDType,
): Record<string, Tensor> {
  const [a, b] = namesFor(key)
  return {
    [a]: new HeUniform().make(rng.next(), [...shape.slice(0, -1), rank], dtype),
    [b]: new Zeros().make(rng.next(), [rank, shape.at(-1)!], dtype),
  }
}

/** Options of `enableLora`. */
export interface EnableOptions {
  /** The adaptation is scaled by alpha / rank (default rank). */
  readonly alpha?: number
  /** Seed of the initial values (default 0). */
  readonly seed?: number
}

/** Starts the adaptation of the parameter `key` of a layer with weights. Throws `ConfigError` for one that cannot have it. */
export function enableLowRank(
  layer: Layer,
  key: string,
  current: LowRank | undefined,
  rank: number,
  { alpha, seed = 0 }: EnableOptions,
): LowRank {
  const title = titleOf(layer)
  if (!Number.isSafeInteger(rank) || rank < 1) {
    throw new ConfigError(
      `${title}: the rank of an adaptation must be a positive whole number and is ${describeValue(rank)}.`,
    )
  }
  if (current) {
    throw new ConfigError(`${title} has an adaptation of rank ${current.rank} already, and can have one only.`)
  }
  const variables = layer.built ? variablesOf(layer) : undefined
  if (!variables) {
    throw new ConfigError(`${title} has no weights yet. Call it or build its model first, or give it 'loraRank'.`)
  }
  const params = variables.params as Record<string, Tensor>
  const given = { loraRank: rank, ...(alpha !== undefined && { loraAlpha: alpha }) }
  const { [`${key}Constraint`]: constraint } = layer.options as Record<string, unknown>
  const lowRank = lowRankOf(title, given, constraint)!
  if (!params[key]) {
    throw new ConfigError(`${title} was quantized, so it cannot be adapted any more. Call enableLora before quantize.`)
  }
  const added = adaptationFor(new Rng(seed), key, params[key].shape, rank, layer.dtype)
  keepTensors(Object.values(added))
  replaceVariables(layer, { ...variables, params: { ...params, ...added } } as LayerVariables)
  setOptions(layer, given)
  return lowRank
}

/** Adds the product of the matrices to the parameter `key` and removes them. Throws `ConfigError` without an adaptation. */
export function mergeLowRank(layer: BaseLayer, key: string, current: LowRank | undefined): void {
  const variables = variablesOf(layer)
  const {
    [namesFor(key)[0]]: a,
    [namesFor(key)[1]]: b,
    ...params
  } = (variables?.params ?? {}) as Record<string, Tensor>
  const weight = params[key]
  if (!current || !variables || !a || !b) throw new ConfigError(`${titleOf(layer)} has no adaptation to merge.`)
  if (!weight) {
    throw new ConfigError(`${titleOf(layer)} was quantized with its adaptation. Merge it before quantize.`)
  }
  const merged = tidy(() => adapted(weight, a, b, current.scale))
  keepTensors([merged])
  replaceVariables(layer, { ...variables, params: { ...params, [key]: merged } } as LayerVariables)
  setOptions(layer, { loraRank: undefined, loraAlpha: undefined })
  for (const old of [weight, a, b]) old.dispose()
}

/** The names of the matrices of a parameter. */
function namesFor(key: string): [a: string, b: string] {
  const name = `lora${key[0]!.toUpperCase()}${key.slice(1)}`
  return [`${name}A`, `${name}B`]
}

/** Changes options of a layer; undefined removes one. */
function setOptions(layer: BaseLayer, changes: Readonly<Record<string, unknown>>): void {
  const changed = (options: object) =>
    Object.fromEntries(Object.entries({ ...options, ...changes }).filter(([, value]) => value !== undefined))
  Object.assign(layer, { config: changed(layer.config), options: changed(layer.options) })
}

/** The frozen parameter plus the scaled product of the trained matrices. */
export function adapted(param: Tensor, a: Tensor, b: Tensor, scale: number): Tensor {
  const product = matmul(a, b)
  return add(frozen(param), scale === 1 ? product : mul(product, scale))
}

/**
 * The key whose regularizer applies to the parameter `key` while the parameter `adaptedKey` is adapted: as in Keras, the trained
 * matrices have the regularizer of the adapted parameter, and that parameter has none.
 */
export function penalizedAs(key: string, adaptedKey: string): string | undefined {
  if (key === adaptedKey) return undefined
  return key.startsWith('lora') ? adaptedKey : key
}
