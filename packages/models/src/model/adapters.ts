import {
  type BaseLayer,
  ConfigError,
  describeValue,
  FormatError,
  isPlainObject,
  layersWithin,
  listVariables,
  readWeights,
  type WeightValue,
} from '@gradus/core'
import type { FileSource, FileTarget } from '@gradus/io'
import { type FileOptions, modelFiles } from './files.ts'
import type { Model } from './model.ts'

/** A layer that can have a low-rank adaptation. */
interface AdaptedLayer extends BaseLayer {
  enableLora(rank: number, options?: { readonly alpha?: number; readonly seed?: number }): void
  mergeLora(): void
}

/** Options of `enableAdapters`. */
export interface AdapterOptions {
  /** The adaptations are scaled by alpha / rank (default rank). */
  readonly alpha?: number
  /** Which layers are adapted: a pattern for their paths, or a function (default all that can be). */
  readonly filters?: string | ((layer: BaseLayer, path: string) => boolean)
  /** Seed of the initial values (default 0). */
  readonly seed?: number
}

/** A trained model, of any names. */
type AnyModel = Pick<Model, 'build' | 'getWeights' | 'setWeights' | 'replaceWeights'> & BaseLayer

/**
 * Trains low-rank adaptations (Hu et al., 2021) of layers with a kernel or a table instead of these: `Dense`, `EinsumDense`,
 * `Embedding`, convolutions. Layers without an adaptation are frozen; biases of the others are trained. Call `compile`
 * afterwards. Returns the paths of the adapted layers. Throws `ConfigError` for an invalid rank, and if no layer is chosen.
 *
 * @example
 * import { Dense } from '@gradus/layers'
 * import { enableAdapters, Sequential } from '@gradus/models'
 * const model = new Sequential([new Dense({ units: 16, useBias: false, inputShape: [16] }), new Dense({ units: 2, name: 'head' })])
 * await enableAdapters(model, 2, { filters: 'dense' }) // => ['dense']
 * model.variables.filter(({ trainable }) => trainable).map(({ key }) => key) // => ['loraKernelA', 'loraKernelB']
 */
export function enableAdapters(model: AnyModel, rank: number, options: AdapterOptions = {}): Promise<string[]> {
  const { alpha, filters, seed = 0 } = options
  return model.replaceWeights(() => {
    const all = layersWithin(model)
    const chosen = all.filter(({ layer, path }) => isAdaptable(layer) && matches(filters, layer, path))
    if (chosen.length === 0) throw new ConfigError('enableAdapters: no layer that can be adapted was chosen.')
    chosen.forEach(({ layer }, index) => {
      if (rankOf(layer) === undefined) {
        ;(layer as AdaptedLayer).enableLora(rank, { ...(alpha !== undefined && { alpha }), seed: seed + index })
      }
    })
    const adapted = new Set<BaseLayer>(chosen.map(({ layer }) => layer))
    for (const { layer } of all) {
      if (!layersWithin(layer).some((within) => adapted.has(within.layer))) layer.trainable = false
    }
    return chosen.map(({ path }) => path)
  })
}

/**
 * Writes the low-rank adaptations of a model to a file, without the weights that they adapt. Throws `ConfigError` for a model without
 * adaptations.
 *
 * @example
 * import { Dense } from '@gradus/layers'
 * import { saveAdapters, Sequential } from '@gradus/models'
 * const model = new Sequential([new Dense({ units: 1, inputShape: [3] })])
 * const { message } = await saveAdapters(model, 'head.safetensors').catch((error) => error)
 * message // => 'saveAdapters: the model has no low-rank adaptations.'
 */
export async function saveAdapters(model: AnyModel, target: FileTarget, options: FileOptions = {}): Promise<void> {
  model.build()
  const adapters = adaptersOf(model)
  if (Object.keys(adapters).length === 0) throw new ConfigError('saveAdapters: the model has no low-rank adaptations.')
  const weights = await readWeights(listVariables(model).filter(({ key }) => isMatrix(key)))
  const file = { header: { format: 1, adapters } as const, weights, optimizer: [] }
  await (await modelFiles()).writeModelFile(target, file, options.formats)
}

/**
 * Reads adaptations that `saveAdapters` wrote into a model of the same layers. Layers without an adaptation get one. Throws
 * `FormatError` for a damaged file, and `ConfigError` for a file without adaptations and for layers that do not fit.
 */
export async function loadAdapters(model: AnyModel, source: FileSource, options: FileOptions = {}): Promise<void> {
  const { header, weights } = await (await modelFiles()).readModelFile(source, options.formats)
  const adapters = adaptersIn(header.adapters, weights)
  if (adapters.length === 0) throw new ConfigError('loadAdapters: the file has no low-rank adaptations.')
  await model.replaceWeights(() => {
    const layers = new Map(layersWithin(model).map(({ layer, path }) => [path, layer]))
    for (const { path, rank, alpha } of adapters) {
      const layer = layers.get(path)
      if (!layer || !isAdaptable(layer)) {
        throw new ConfigError(
          `loadAdapters: the file adapts ${path}, which the model does not have, or which cannot be adapted.`,
        )
      }
      const current = rankOf(layer)
      if (current === undefined) layer.enableLora(rank, alpha === undefined ? {} : { alpha })
      else if (current !== rank || alphaOf(layer) !== (alpha ?? rank)) {
        throw new ConfigError(
          `loadAdapters: ${path} has an adaptation of rank ${current}, and the file one of rank ${rank} or another scale. Load it into a model without adaptations.`,
        )
      }
    }
  })
  const given = new Map(weights.map((weight) => [weight.path, weight]))
  const all = (await model.getWeights()).map((weight): WeightValue => given.get(weight.path) ?? weight)
  await model.setWeights(all)
}

/**
 * Adds the low-rank adaptations of a model to the weights that they adapt, and removes them. What the model computes stays the same up
 * to rounding. Returns the paths of the layers. Layers that `enableAdapters` froze stay frozen.
 *
 * @example
 * import { Dense } from '@gradus/layers'
 * import { mergeAdapters, Sequential } from '@gradus/models'
 * const model = new Sequential([new Dense({ units: 2, loraRank: 1, inputShape: [3] })])
 * await mergeAdapters(model) // => ['dense']
 * model.countParams() // => 8
 */
export function mergeAdapters(model: AnyModel): Promise<string[]> {
  return model.replaceWeights(() => {
    const adapted = layersWithin(model).filter(({ layer }) => isAdaptable(layer) && rankOf(layer) !== undefined)
    for (const { layer } of adapted) (layer as AdaptedLayer).mergeLora()
    return adapted.map(({ path }) => path)
  })
}

/** Rank and scale of each adaptation in a model, by the path of the layer. */
function adaptersOf(model: BaseLayer): Record<string, { readonly rank: number; readonly alpha: number }> {
  const entries = layersWithin(model).flatMap(({ layer, path }) => {
    const rank = rankOf(layer)
    return rank === undefined || !isAdaptable(layer) ? [] : [[path, { rank, alpha: alphaOf(layer)! }] as const]
  })
  return Object.fromEntries(entries)
}

/** An adaptation in a file. */
interface SavedAdapter {
  readonly path: string
  readonly rank: number
  readonly alpha: number | undefined
}

/** Returns the adaptations that the header of a file lists. Throws `FormatError` unless the file has matrices of their ranks. */
function adaptersIn(saved: unknown, weights: readonly WeightValue[]): SavedAdapter[] {
  return Object.entries(isPlainObject(saved) ? saved : {}).map(([path, entry]) => {
    const { rank, alpha } = isPlainObject(entry) ? (entry as { readonly rank?: unknown; readonly alpha?: unknown }) : {}
    const prefix = `${path}.`
    const narrow = weights.find((weight) => weight.path.startsWith(prefix) && isFirst(weight.path.slice(prefix.length)))
    const fits = typeof rank === 'number' && narrow !== undefined && narrow.shape.at(-1) === rank
    if (fits && (alpha === undefined || (typeof alpha === 'number' && Number.isFinite(alpha)))) {
      return { path, rank, alpha }
    }
    throw new FormatError(
      `loadAdapters: the file gives the adaptation of ${path} the rank ${describeValue(rank)} and the alpha ${describeValue(alpha)}, which do not fit its matrices. The file is damaged: save the adaptations again.`,
    )
  })
}

function isFirst(key: string): boolean {
  return /^lora[A-Z].*A$/.test(key)
}

function isAdaptable(layer: BaseLayer): layer is AdaptedLayer {
  return 'enableLora' in layer && 'mergeLora' in layer
}

function isMatrix(key: string): boolean {
  return /^lora[A-Z].*[AB]$/.test(key)
}

function rankOf({ options }: BaseLayer): number | undefined {
  return (options as { readonly loraRank?: number }).loraRank
}

function alphaOf({ options }: BaseLayer): number | undefined {
  const { loraRank, loraAlpha } = options as { readonly loraRank?: number; readonly loraAlpha?: number }
  return loraAlpha ?? loraRank
}

function matches(filters: AdapterOptions['filters'], layer: BaseLayer, path: string): boolean {
  if (filters === undefined) return true
  return typeof filters === 'function' ? filters(layer, path) : new RegExp(filters).test(path)
}
