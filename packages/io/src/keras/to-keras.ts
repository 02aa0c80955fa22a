import { describeValue, FormatError, isModelSpec, isPlainObject, type LayerSpec, type ModelSpec } from '@gradus/core'
import type { LayerOutline } from '../formats/outline.ts'
import type { CompileSpec } from './from-keras.ts'
import type { KerasKind } from './names.ts'
import { functionalConfig, inputConfig, sequentialConfig } from './to-model.ts'
import {
  activationLayers,
  kerasObject,
  kerasOptionName,
  kerasOptionValue,
  requiredOptions,
  snakeName,
} from './to-names.ts'

/**
 * Translates the spec of a model into the form of `keras.saving.serialize_keras_object`, which Keras 3 loads. `outline` describes the
 * layers of the model: it gives the names that they have by default, and the shapes between them. Throws `FormatError` for operations
 * that Keras does not have, and for layers whose options hold other models or operations.
 *
 * @example
 * import { toKeras } from '@gradus/io'
 * import { outlineOf } from '@gradus/io/model-files'
 * import { Dense } from '@gradus/layers'
 * import { Sequential } from '@gradus/models'
 * const model = new Sequential([new Dense({ units: 5, useBias: false, inputShape: [3] })])
 * const { config } = toKeras(model.toSpec(), outlineOf(model.build()))
 * config.layers[1].config // => { name: 'dense', units: 5, use_bias: false }
 */
export function toKeras(spec: ModelSpec | LayerSpec, outline: LayerOutline): Record<string, unknown> {
  if (isModelSpec(spec)) {
    return spec.model === 'Sequential'
      ? sequentialConfig(spec, outline, toKeras)
      : functionalConfig(spec, outline, toKeras)
  }
  if (spec.layer === 'InputLayer' || spec.layer === 'Input') return inputConfig(spec, outline.name)
  return definition('layer', spec, outline)
}

/** Translates the options of `compile` into the `compile_config` of Keras. */
export function compileToKeras(compiled: CompileSpec): Record<string, unknown> {
  const { optimizer, loss, lossWeights, metrics, weightedMetrics } = compiled
  return {
    optimizer: part('optimizer', withMap(optimizer)),
    loss: part('loss', loss),
    loss_weights: lossWeights ?? null,
    metrics: part('metric', metrics),
    weighted_metrics: part('metric', weightedMetrics),
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: false,
  }
}

/** Keras takes a map of optimizers in a MultiOptimizer only. */
function withMap(optimizer: unknown): unknown {
  const isMap = isPlainObject(optimizer) && optimizer['optimizer'] === 'OptimizerMap'
  return isMap ? { optimizer: 'MultiOptimizer', optimizerMap: optimizer } : optimizer
}

/** Objects of one kind, or their names, alone, in lists and by output. */
function part(kind: KerasKind, value: unknown): unknown {
  if (value === undefined || value === null) return null
  // names of classes and abbreviations, such as AUC, stay
  if (typeof value === 'string') return /^[A-Z]/.test(value) ? value : snakeName(value)
  if (Array.isArray(value)) return value.map((item) => part(kind, item))
  if (isPlainObject(value) && typeof value[kind] === 'string') return definition(kind, value)
  if (isPlainObject(value) && typeof value['function'] === 'string')
    return { module: 'builtins', class_name: 'function', config: value['function'], registered_name: 'function' }
  if (isPlainObject(value) && kind !== 'optimizer')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, part(kind, item)]))
  throw new FormatError(
    `The ${kind} ${describeValue(value)} cannot be written in a file of Keras. Compile with the name of one, or with an instance of a class that has a static type.`,
  )
}

const kinds = ['layer', 'initializer', 'regularizer', 'constraint', 'optimizer', 'schedule', 'loss', 'metric'] as const

/** Translates a spec such as `{ initializer: 'HeNormal' }`. */
function definition(kind: KerasKind, spec: Readonly<Record<string, unknown>>, outline?: LayerOutline) {
  const { [kind]: given, sharedId, inputShape: _, name, ...options } = spec
  const type = String(given)
  if (type === 'Operation')
    throw new FormatError(
      `The operation ${String(options['operation'])} cannot be written in a file of Keras where it stands.`,
    )
  const inner = new Map(outline?.sublayers.map((layer) => [layer.name, layer]))
  const entries = Object.entries(options).map(([option, value]) => {
    const option2 = kerasOptionName(option)
    return [option2, translate(value, option2, type, inner.get(option === 'inner' ? 'layer' : option))] as const
  })
  const known = name ?? outline?.name.split('.').at(-1)
  const config = {
    ...(known !== undefined && kind !== 'initializer' && { name: known }),
    ...(Object.hasOwn(requiredOptions, type) && requiredOptions[type]),
    ...Object.fromEntries(entries),
  }
  delete config['pass_mask' as never] // an option of Keras 2, where it is always true
  // Keras's own class does not take it back
  if (/^SpatialDropout\dD$/.test(type)) delete config['trainable' as never]
  const dynamic = kind === 'optimizer' && config['loss_scale_factor' as never] === 'dynamic'
  if (dynamic) return scaled(type, config)
  if (kind === 'optimizer' && config['loss_scale_factor' as never] === 1) delete config['loss_scale_factor' as never]
  return {
    ...kerasObject(kind, type, config),
    ...(typeof sharedId === 'number' && { shared_object_id: sharedId + 1 }),
  }
}

/** A dynamic loss scale is an optimizer around another in Keras. */
function scaled(type: string, config: Readonly<Record<string, unknown>>) {
  const { loss_scale_factor: _, ...inner } = config
  return kerasObject('optimizer', 'LossScaleOptimizer', { inner_optimizer: kerasObject('optimizer', type, inner) })
}

function translate(value: unknown, option: string, type: string, outline?: LayerOutline): unknown {
  if (typeof value === 'string') return kerasOptionValue(type, option, value)
  if (Array.isArray(value)) return value.map((item) => translate(item, option, type))
  if (!isPlainObject(value)) return value
  if (typeof value['activation'] === 'string' && !('layer' in value)) return activation(value)
  if ('model' in value || typeof value['layer'] === 'string')
    return toKeras(value as unknown as LayerSpec, outline ?? anonymous(value))
  const kind = kinds.find((known) => typeof value[known] === 'string')
  if (kind) return definition(kind, value)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, translate(item, option, type)]))
}

/** A layer within the options of another, of which no more than the spec is known. */
function anonymous(spec: Readonly<Record<string, unknown>>): LayerOutline {
  const type = String(spec['layer'] ?? spec['model'])
  const name = typeof spec['name'] === 'string' ? spec['name'] : snakeName(type)
  return { type, name, isModel: false, isSubclass: false, weights: [], inputs: [], results: new Map(), sublayers: [] }
}

function activation({ activation: name, ...options }: Readonly<Record<string, unknown>>): unknown {
  const layer = Object.hasOwn(activationLayers, String(name)) ? activationLayers[String(name)] : undefined
  if (Object.keys(options).length === 0) return snakeName(String(name))
  if (layer) {
    const config = Object.fromEntries(Object.entries(options).map(([key, value]) => [kerasOptionName(key), value]))
    return kerasObject('layer', layer, config)
  }
  const { slope, ...others } = options
  if (name === 'hardSigmoid' && typeof slope === 'number' && Object.keys(others).length === 0) return hardSigmoid(slope)
  throw new FormatError(
    `The activation ${String(name)} with options cannot be written in a file of Keras, where activations have none. Use a layer, or its defaults.`,
  )
}

/** The hard sigmoid of Keras has the slope 1 / 6, and that of Keras 2 and TensorFlow.js 0.2: a stack of layers stands for them. */
function hardSigmoid(slope: number): unknown {
  const layers = [
    kerasObject('layer', 'Rescaling', { scale: slope, offset: 0.5 }),
    kerasObject('layer', 'ReLU', { max_value: 1 }),
  ]
  return {
    module: 'keras',
    class_name: 'Sequential',
    config: { name: 'hard_sigmoid', layers },
    registered_name: null,
  }
}
