import { FormatError, isPlainObject } from '@gradus/core'
import { asKerasObject, type Config, describeKeras } from './object.ts'

/**
 * Rewrites a config of Keras 2 or TensorFlow.js as Keras 3 would save it, with the meanings of Keras 2. Throws `FormatError` for what Keras
 * 3 does not have.
 */
export function asKeras3(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asKeras3)
  if (!isPlainObject(value)) return value
  const object = asKerasObject(value)
  if (object === undefined) return mapEntries(value, (item, key) => option(key, item))
  if (object.className === 'Sequential' && Array.isArray(object.config))
    return { ...value, config: { layers: asKeras3(object.config) } }
  const config = isPlainObject(object.config) ? object.config : undefined
  // the dtype was to be that of the first input
  if (object.className === 'Policy' && /infer/.test(String(config?.['name']))) return null
  if (config === undefined) return mapEntries(value, asKeras3)
  const className = own(classNames, object.className) ?? object.className
  if (/^(CuDNN|Cudnn)(LSTM|GRU)$/.test(object.className)) {
    throw new FormatError(
      `The layer ${object.className} of Keras 2 runs on NVIDIA GPUs only. Replace it by ${object.className.slice(5)} in Keras 2 (load_weights converts the weights) and save the model again.`,
    )
  }
  const rewritten = mapEntries(renamed(object.className, config), (item, key) => option(key, item))
  const rest = mapEntries(value, (item, key) => (key === 'config' ? rewritten : asKeras3(item)))
  return { ...rest, class_name: className }
}

function mapEntries(object: Config, map: (value: unknown, key: string) => unknown): Config {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]))
}

/** The hard sigmoid of Keras 2 is steeper: 0.2 x + 0.5. */
function option(key: string, value: unknown): unknown {
  const name = /(^|_)activation$/.test(key) && typeof value === 'string' ? value.replace(/_/g, '').toLowerCase() : ''
  if (name === 'hardsigmoid') return activation('hardSigmoid', { slope: 0.2 })
  return name === 'gelunew' ? activation('gelu', { approximate: true }) : asKeras3(value)
}

function activation(className: string, config: Config): Config {
  return { module: 'keras.activations', class_name: className, config }
}

/** The names in Keras 3 of classes that have another one in Keras 2. */
const classNames: Readonly<Record<string, string>> = {
  BatchNormalizationV1: 'BatchNormalization',
  BatchNormalizationV2: 'BatchNormalization',
  SyncBatchNormalization: 'BatchNormalization',
  ThresholdedReLU: 'ReLU',
}

/** Options of Keras 2 that say nothing about the results. */
const dropped = /* @__PURE__ */ (() =>
  new Set(
    'input_length implementation fused ragged sparse optional num_constants rng_type force_generator'.split(' '),
  ))()

/** Options of classes that they inherit and do not use. */
const unused: Readonly<Record<string, readonly string[]>> = {
  SeparableConv1D: ['kernel_initializer', 'kernel_regularizer', 'kernel_constraint', 'groups'],
  SeparableConv2D: ['kernel_initializer', 'kernel_regularizer', 'kernel_constraint', 'groups'],
  DepthwiseConv1D: ['filters', 'kernel_initializer', 'kernel_regularizer', 'kernel_constraint', 'groups'],
  DepthwiseConv2D: ['filters', 'kernel_initializer', 'kernel_regularizer', 'kernel_constraint', 'groups'],
  Conv1DTranspose: ['groups'],
  Conv2DTranspose: ['groups'],
  Conv3DTranspose: ['groups'],
  SpatialDropout1D: ['noise_shape'],
  SpatialDropout2D: ['noise_shape'],
  SpatialDropout3D: ['noise_shape'],
  MultiHeadAttention: ['query_shape', 'key_shape', 'value_shape', 'softmax_robust_masking'],
  Attention: ['causal'],
  AdditiveAttention: ['causal'],
}

const rnnOptions = /* @__PURE__ */ (() =>
  (
    'name trainable dtype batch_input_shape cell return_sequences return_state go_backwards stateful unroll ' +
    'zero_output_for_mask'
  ).split(' '))()

function renamed(className: string, config: Config): Config {
  if (config['time_major'] === true) {
    throw new FormatError(
      `The ${className} ${describeKeras(config['name'])} has the option time_major, which Keras 3 does not have. Transpose its inputs instead and save the model again.`,
    )
  }
  const ignored = own(unused, className) ?? []
  const entries = Object.entries(config).filter(
    ([key, value]) => !dropped.has(key) && !ignored.includes(key) && !(key === 'time_major' && value === false),
  )
  const kept: Record<string, unknown> = Object.fromEntries(
    // TensorFlow.js writes the options of the cell there too
    className === 'RNN' ? entries.filter(([key]) => rnnOptions.includes(key)) : entries,
  )
  // recurrent layers passed the mask of their steps on
  if (/^(LSTM|GRU|SimpleRNN|RNN|ConvLSTM[123]D)$/.test(className) && config['return_sequences'] === true)
    kept['pass_mask'] = true
  const { axis, theta } = kept
  if (/BatchNormalization/.test(className) && Array.isArray(axis) && axis.length === 1) kept['axis'] = axis[0]
  if (className === 'LeakyReLU' && Object.hasOwn(kept, 'alpha')) {
    delete kept['alpha']
    kept['negative_slope'] = numberOf(config['alpha'])
  }
  if (className === 'ReLU')
    for (const key of ['max_value', 'negative_slope', 'threshold'])
      if (Object.hasOwn(kept, key)) kept[key] = numberOf(kept[key])
  if (className === 'ThresholdedReLU') {
    delete kept['theta']
    kept['threshold'] = numberOf(theta ?? 1)
  }
  // the option is younger than the layer; before it, the layer computed what it computes with `false`
  if (/^GRU(Cell)?$/.test(className) && !Object.hasOwn(kept, 'reset_after')) kept['reset_after'] = false
  return kept
}

/** A number, which some versions of Keras saved as an array of NumPy. */
function numberOf(value: unknown): unknown {
  if (isPlainObject(value) && typeof value['value'] === 'number') return value['value']
  return Array.isArray(value) && value.length === 1 ? value[0] : value
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
