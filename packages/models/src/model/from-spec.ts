import {
  ConfigError,
  describeValue,
  type FunctionalSpec,
  Input,
  input,
  isModelSpec,
  isPlainObject,
  Layer,
  type LayerSpec,
  type ModelSpec,
  requireBounded,
} from '@gradus/core'
import type { KnownNames, NameResolver } from '../objective/index.ts'
import { connectSpec } from './connect-spec.ts'
import { Model } from './model.ts'
import type { ModelConfig } from './model-graph.ts'
import { Sequential } from './sequential.ts'

/** The classes of which models are built. */
export interface ModelClasses<N extends KnownNames> {
  readonly Sequential: typeof Sequential<N>
  readonly Model: typeof Model<N>
}

/**
 * Builds a model from data: the result of `toSpec`, or the `model` part of a configuration. Layers are looked up in `registry`.
 * Throws `ConfigError` with the path of the wrong name or option, which begins with `path`.
 *
 * @example
 * import { Registry } from '@gradus/core'
 * import { Dense } from '@gradus/layers'
 * import { fromSpec } from '@gradus/models'
 * const model = fromSpec({ model: 'Sequential', layers: [{ layer: 'Dense', units: 2, inputShape: [3] }] }, new Registry([Dense]))
 * model.countParams() // => 8
 */
export function fromSpec<N extends KnownNames>(
  spec: ModelSpec | LayerSpec,
  registry: NameResolver,
  classes: ModelClasses<N> = { Sequential, Model } as ModelClasses<N>,
  path = 'model',
): Model<N> {
  requireBounded(spec, path)
  requireSpec(spec, path)
  return new Builder(registry, classes).model(spec, path)
}

/**
 * Builds a model from the JSON that `toJson` of a model returns, without its weights. Throws `ConfigError` for text that is no JSON,
 * and as `fromSpec`. Keras: `model_from_json`.
 *
 * @example
 * import { Registry } from '@gradus/core'
 * import { Dense } from '@gradus/layers'
 * import { modelFromJson, Sequential } from '@gradus/models'
 * const json = new Sequential([new Dense({ units: 2, inputShape: [3] })]).toJson()
 * modelFromJson(json, new Registry([Dense])).countParams() // => 8
 */
export function modelFromJson<N extends KnownNames>(
  json: string,
  registry: NameResolver,
  classes?: ModelClasses<N>,
): Model<N> {
  let spec: ModelSpec
  try {
    spec = JSON.parse(json) as ModelSpec
  } catch (error) {
    throw new ConfigError(`modelFromJson takes the text that model.toJson() returns: ${(error as Error).message}.`)
  }
  return fromSpec(spec, registry, classes)
}

/** Throws `ConfigError` unless `spec` names a model, or a layer, which the class of a model is. */
function requireSpec(spec: unknown, path: string): void {
  if (isPlainObject(spec) && ('model' in spec || typeof spec['layer'] === 'string')) return
  const saved = isPlainObject(spec) && ['class_name', 'modelTopology', 'model_config'].some((key) => key in spec)
  const hint = saved ? " It has the form of a Keras config: read it with fromKeras of 'gradus/io'." : ''
  throw new ConfigError(
    `${path} must be the spec of a model, as in { model: 'Sequential', layers: [{ layer: 'Dense', units: 1 }] }, and is ${describeValue(spec)}.${hint}`,
  )
}

/** Builds models and the layers and models within them. */
class Builder<N extends KnownNames> {
  /** The layers and models built so far that several layers hold, by their `sharedId`. */
  private readonly shared = new Map<unknown, object>()

  constructor(
    private readonly registry: NameResolver,
    private readonly classes: ModelClasses<N>,
  ) {}

  model(spec: ModelSpec | LayerSpec, path: string): Model<N> {
    const known = spec.sharedId === undefined ? undefined : this.shared.get(spec.sharedId)
    if (known) return known as Model<N>
    const model = this.make(spec, path)
    if (spec.trainable === false) model.trainable = false
    if (spec.sharedId !== undefined) this.shared.set(spec.sharedId, model)
    return model
  }

  private make(spec: ModelSpec | LayerSpec, path: string): Model<N> {
    if (!isModelSpec(spec)) return this.subclassed(spec, path)
    if (spec.model === 'Functional') return this.functional(spec, path)
    if (spec.model !== 'Sequential') {
      throw new ConfigError(
        `${path}.model must be 'Sequential' or 'Functional' and is ${describeValue((spec as { model: unknown }).model)}.`,
      )
    }
    if (!Array.isArray(spec.layers))
      throw new ConfigError(`${path}.layers must be a list of layers and is ${describeValue(spec.layers)}.`)
    const { model: _, layers, trainable: __, sharedId: ___, ...config } = spec
    const stack = layers.map((layer: LayerSpec, index) => this.layer(layer, `${path}.layers[${index}]`))
    return new this.classes.Sequential(stack, config as ModelConfig)
  }

  /** Builds a subclassed model, whose spec has the form of a layer's spec. */
  private subclassed(spec: LayerSpec, path: string): Model<N> {
    const model: unknown = this.layer(spec, path)
    if (model instanceof Model) return model as Model<N>
    throw new ConfigError(`${path} is the layer ${describeValue(spec.layer)}; expected a model.`)
  }

  private functional(spec: FunctionalSpec & { readonly seed?: number }, path: string): Model<N> {
    const { name, seed } = spec
    const { inputs, outputs } = connectSpec(spec, path, (node, index) => {
      const named = node.spec.name !== undefined || node.spec.sharedId !== undefined
      const given = named ? node.spec : { ...node.spec, name: node.name }
      const layer = this.layer(given, `${path}.layers[${index}]`)
      return layer instanceof Input ? input({ ...layer.config, name: node.name }) : layer
    })
    return new this.classes.Model({
      ...(name !== undefined && { name }),
      ...(seed !== undefined && { seed }),
      inputs,
      outputs,
    })
  }

  private layer(spec: LayerSpec | ModelSpec, path: string): Layer {
    if (spec instanceof Layer) return spec
    if (isPlainObject(spec) && isModelSpec(spec)) return this.model(spec, path) as unknown as Layer
    return this.registry.parse('layer', this.buildModels(spec, path), path, this.shared) as Layer
  }

  /** Replaces the specs of models within the spec of a layer by built models, at any depth. */
  private buildModels(value: unknown, path: string): unknown {
    const build = (item: unknown, itemPath: string) =>
      isPlainObject(item) && typeof item['model'] === 'string'
        ? this.model(item as unknown as ModelSpec, itemPath)
        : this.buildModels(item, itemPath)
    if (Array.isArray(value)) return value.map((item, index) => build(item, `${path}[${index}]`))
    if (!isPlainObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, build(item, `${path}.${key}`)]))
  }
}
