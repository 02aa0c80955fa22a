import { describeValue, FormatError } from '@gradus/core'

type Config = Readonly<Record<string, unknown>>

const classes = /* @__PURE__ */ (() =>
  new Set(
    (
      'ELU ReLU LeakyReLU PReLU Softmax Conv1D Conv2D Conv2DTranspose Conv3D Conv3DTranspose SeparableConv2D ' +
      'Cropping2D UpSampling2D DepthwiseConv2D Activation Dense Dropout SpatialDropout1D Flatten RepeatVector Reshape ' +
      'Permute Embedding Masking Add Average Concatenate Maximum Minimum Multiply Dot BatchNormalization LayerNormalization ' +
      'ZeroPadding2D AveragePooling1D AveragePooling2D AveragePooling3D MaxPooling1D MaxPooling2D MaxPooling3D ' +
      'GlobalAveragePooling1D GlobalAveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D GRU GRUCell LSTM LSTMCell ' +
      'SimpleRNN SimpleRNNCell ConvLSTM2D RNN StackedRNNCells Bidirectional TimeDistributed GaussianNoise GaussianDropout ' +
      'AlphaDropout Rescaling Resizing CenterCrop CategoryEncoding'
    ).split(' '),
  ))()

/** Options that TensorFlow.js does not have, with the only value that means the same there. */
const only: Readonly<Record<string, unknown>> = {
  groups: 1,
  data_format: 'channels_last',
  synchronized: false,
  keepdims: false,
  zero_output_for_mask: false,
  threshold: 0,
  sparse: false,
  rms_scaling: false,
}

/** Options that say nothing about the results. */
const dropped = new Set([
  'seed',
  'synchronized',
  'keepdims',
  'groups',
  'threshold',
  'sparse',
  'zero_output_for_mask',
  'noise_shape',
  'backward_layer',
])

/** Defaults that differ in TensorFlow.js, as they are here. */
export const tfjsDefaults: Readonly<Record<string, Config>> = {
  LSTM: { recurrent_activation: 'sigmoid' },
  LSTMCell: { recurrent_activation: 'sigmoid' },
  ConvLSTM2D: { recurrent_activation: 'sigmoid' },
  GRU: { recurrent_activation: 'sigmoid' },
  GRUCell: { recurrent_activation: 'sigmoid' },
}

/**
 * Returns the class and the options of a layer in TensorFlow.js. Throws `FormatError` for a layer and for an option that it does not
 * have.
 */
export function knownLayers(className: string, config: Config): { className: string; config: Config } {
  if (className === 'Identity')
    return { className: 'Activation', config: { name: config['name'], activation: 'linear' } }
  if (className === 'ReLU' && isThreshold(config))
    return { className: 'ThresholdedReLU', config: { name: config['name'], theta: config['threshold'] } }
  if (!classes.has(className)) throw missing(`no layer ${className} ('${String(config['name'])}')`)
  // not written, the option is true
  if (/^GRU(Cell)?$/.test(className) && config['reset_after'] !== false) {
    throw missing(`no ${className} with resetAfter: true ('${String(config['name'])}')`)
  }
  const kept: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(config)) {
    if (Object.hasOwn(only, key) && value !== only[key] && !(key === 'data_format' && isConvolution(className)))
      throw missing(`no ${className} with ${key} ${describeValue(value)}`)
    if (key === 'padding' && value === 'causal') throw missing(`no ${className} with padding causal`)
    if (!dropped.has(key)) kept[key] = value
  }
  return { className, config: renamed(className, kept) }
}

function isThreshold({ threshold, max_value: most, negative_slope: slope = 0 }: Config): boolean {
  return typeof threshold === 'number' && threshold > 0 && (most ?? null) === null && slope === 0
}

function isConvolution(className: string): boolean {
  return /Conv|Pooling2D|UpSampling|Padding|Cropping|Flatten/.test(className)
}

function renamed(className: string, config: Record<string, unknown>): Config {
  const { negative_slope: slope, ...rest } = config
  if (className === 'LeakyReLU' && slope !== undefined) return { ...rest, alpha: slope }
  if (className === 'ReLU' && slope !== undefined && slope !== 0) throw missing('no ReLU with negativeSlope')
  if (className === 'ReLU') return rest
  // a list of cells is one class there
  const { cell } = config
  if (className === 'RNN' && Array.isArray(cell))
    return { ...config, cell: { class_name: 'StackedRNNCells', config: { cells: cell } } }
  return config
}

function missing(what: string): FormatError {
  return new FormatError(`TensorFlow.js has ${what}. Save the model as .safetensors or .keras, or leave it out.`)
}
