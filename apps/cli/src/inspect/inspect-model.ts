import { ConfigError } from '@gradus/core'
import type { InferenceGraphOptions } from '@gradus/export-js'
import { type Shape, sizeOf } from '@gradus/tensor'
import { bytesPerElement } from '@gradus/tensor/internals'
import type { Model } from 'gradus'
import { modelOf, type OpenedFile } from '../model/open-model.ts'
import { type Port, portsOf } from '../model/ports.ts'
import { flopsConvention } from './flops.ts'
import { modelFlops } from './model-flops.ts'
import type { WeightStatistics } from './weight-statistics.ts'

/** A weight with the figures of its values. */
export interface InspectedWeight extends WeightStatistics {
  readonly path: string
  readonly shape: Shape
  readonly dtype: string
  /** Null where the file does not say it. */
  readonly trainable: boolean | null
}

/** A layer of a model. */
interface InspectedLayer {
  readonly name: string
  readonly type: string
  readonly parameters: number
  readonly trainable: boolean
  /** Floating-point operations for one sample; null where they cannot be counted. */
  readonly flops: number | null
}

/** A model in its file. */
export interface InspectedModel {
  readonly type: string
  readonly name: string
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  readonly parameters: { readonly total: number; readonly trainable: number; readonly bytes: number }
  readonly dtypes: readonly string[]
  readonly flops: { readonly total: number | null; readonly convention: string; readonly reason: string | null }
  readonly layers: readonly InspectedLayer[]
  /** The table that `model.summary` prints. */
  readonly summary: string
}

/** The model with the state of its optimizer; without it where the file names a loss or a metric of another program. */
export async function modelForInspection(opened: OpenedFile): Promise<Model> {
  try {
    return await modelOf(opened)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return modelOf(opened, { compile: false })
  }
}

/** Inspects a model; `weights` are those of its file. */
export function inspectModel(
  model: Model,
  weights: readonly InspectedWeight[],
  options: InferenceGraphOptions,
): InspectedModel {
  const counted = flopsIn(model, options)
  const { inputs, outputs } = portsOf(model) ?? { inputs: [], outputs: [] }
  return {
    type: model.type,
    name: model.name,
    inputs,
    outputs,
    parameters: {
      total: sizeOfWeights(weights),
      trainable: sizeOfWeights(weights.filter(({ trainable }) => trainable === true)),
      bytes: bytesOfWeights(weights),
    },
    dtypes: dtypesOf(weights),
    flops: {
      total: typeof counted === 'string' ? null : counted.total,
      convention: flopsConvention,
      reason: typeof counted === 'string' ? counted : null,
    },
    layers: model.layers.map((layer, index) => ({
      name: layer.name,
      type: layer.type,
      parameters: layer.built ? layer.countParams() : 0,
      trainable: layer.trainable,
      flops: typeof counted === 'string' ? null : counted.layers[index]!,
    })),
    summary: model.summary({ print: false }),
  }
}

/** The operations of the model, or the reason why they cannot be counted. */
function flopsIn(model: Model, options: InferenceGraphOptions): ReturnType<typeof modelFlops> | string {
  try {
    return modelFlops(model, options)
  } catch (error) {
    // an input shape that was given is an error, one that is missing is not
    if (error instanceof ConfigError && options.inputShape === undefined) return error.message
    throw error
  }
}

type Weights = readonly Pick<InspectedWeight, 'shape' | 'dtype'>[]

/** The number of numbers in weights. */
export function sizeOfWeights(weights: Weights): number {
  return weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
}

/** The bytes of weights in memory. */
export function bytesOfWeights(weights: Weights): number {
  return weights.reduce((sum, { shape, dtype }) => sum + sizeOf(shape) * bytesPerElement(dtype as 'float32'), 0)
}

/** The dtypes of weights, each once. */
export function dtypesOf(weights: Weights): string[] {
  return [...new Set(weights.map(({ dtype }) => dtype))]
}
