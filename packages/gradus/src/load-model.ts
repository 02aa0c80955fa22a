import type { LayerSpec, ModelSpec } from '@gradus/core'
import {
  fromSpec as build,
  modelFromJson as buildFromJson,
  type LoadOptions,
  loadModel as load,
  type ModelClasses,
  type ModelConfig,
  type ModelSource,
  type NameResolver,
} from '@gradus/models'
import { ensureBackend } from './auto.ts'
import { currentRegistry, getCustomObjects } from './custom-objects.ts'
import { Model } from './model.ts'
import type { StandardNames } from './names.ts'
import { Sequential } from './sequential.ts'
import { standard } from './standard.ts'

const classes = { Sequential, Model } as unknown as ModelClasses<StandardNames>

/**
 * Reads a model that `save` wrote: layers, weights and, unless `compile` is false, optimizer, loss and metrics. The folder of a run of
 * `gradus train` stands for its best model, `model-best.safetensors`. For a file with custom classes, give `registry: standard.with(YourClass)`. Throws `FormatError` for a damaged file or an unknown format, and
 * `ConfigError` for an unknown class.
 *
 * @example
 * import { Dense, loadModel, Sequential } from 'gradus'
 * const model = new Sequential([new Dense({ units: 2, inputShape: [3] })])
 * const bytes = await model.toBytes()
 * const copy = await loadModel(bytes)
 * copy.countParams() // => 8
 */
export function loadModel(source: ModelSource, options: Partial<LoadOptions<StandardNames>> = {}): Promise<Model> {
  ensureBackend()
  const customObjects = { ...getCustomObjects(), ...options.customObjects }
  return load(source, { registry: standard as NameResolver, classes, ...options, customObjects }) as Promise<Model>
}

/**
 * Builds a model from data: the result of `toSpec`, or the `model` part of a configuration. Throws `ConfigError` with the path
 * of a wrong name or option.
 *
 * @example
 * import { fromSpec } from 'gradus'
 * const model = fromSpec({ model: 'Sequential', layers: [{ layer: 'Dense', units: 2, inputShape: [3] }] })
 * model.countParams() // => 8
 */
export function fromSpec(
  spec: (ModelSpec | LayerSpec) & Pick<ModelConfig, 'seed'>,
  registry: NameResolver = currentRegistry(),
): Model {
  ensureBackend()
  return build<StandardNames>(spec, registry, classes) as Model
}

/**
 * Builds a model from the JSON that `toJson` of a model returns, without its weights. For custom classes give the registry
 * `standard.with(YourClass)`. Throws `ConfigError` for text that is no JSON and for unknown names. Keras: `model_from_json`.
 *
 * @example
 * import { Dense, modelFromJson, Sequential } from 'gradus'
 * const json = new Sequential([new Dense({ units: 2, inputShape: [3] })]).toJson()
 * modelFromJson(json).countParams() // => 8
 */
export function modelFromJson(json: string, registry: NameResolver = currentRegistry()): Model {
  ensureBackend()
  return buildFromJson<StandardNames>(json, registry, classes) as Model
}
