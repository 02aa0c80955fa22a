// The case with which the conformance suite runs for each registered layer, by its type.
import type { Layer } from '@gradus/core'
import type { LayerCheckOptions } from '@gradus/testing'
import * as layers from '../layers.ts'
import { square } from '../ops.ts'

/** The options of the suite, and how the layer is made where that takes more than a config. */
export interface LayerCase extends LayerCheckOptions {
  readonly make?: () => Layer
}

/** The check of derivatives, in inference and in training. */
const finite = 'gradients agree with finite differences'
const rows = { inputShape: [2, 3] } as const
const sequence = { inputShape: [2, 4, 3] } as const
const line = { inputShape: [2, 5, 2] } as const
const plane = { inputShape: [2, 4, 3, 2] } as const
const space = { inputShape: [2, 3, 2, 3, 2] } as const
const pair = {
  inputShapes: [
    [2, 3],
    [2, 3],
  ],
} as const
const queryAndValue = {
  inputShapes: [
    [2, 3, 4],
    [2, 5, 4],
  ],
} as const
const kernel = { filters: 2, kernelSize: 2 } as const
const outputSize = { config: { outputSize: 2 } } as const
const rate = { config: { rate: 0.4 } } as const

const spatial = { 1: line, 2: plane, 3: space } as const

function ranks(name: (rank: string) => string, options: object = {}): Record<string, LayerCase> {
  return Object.fromEntries(([1, 2, 3] as const).map((rank) => [name(`${rank}D`), { ...spatial[rank], ...options }]))
}

const cell = (make: () => layers.RecurrentCell): LayerCase => ({
  make: () => new layers.RNN({ cell: make() }),
  ...sequence,
})

/** The cases of all layers that are no image layers. */
export const layerCases: Readonly<Record<string, LayerCase>> = {
  Activation: { ...rows, config: { activation: 'tanh' } },
  ActivityRegularization: { ...rows, config: { l1: 0.1, l2: 0.2 } },
  ...ranks((rank) => `AdaptiveAveragePooling${rank}`, outputSize),
  ...ranks((rank) => `AdaptiveMaxPooling${rank}`, outputSize),
  Add: pair,
  AdditiveAttention: queryAndValue,
  AlphaDropout: { ...rows, ...rate },
  Attention: queryAndValue,
  Average: pair,
  ...ranks((rank) => `AveragePooling${rank}`),
  BatchNormalization: { ...rows },
  Bidirectional: { make: () => new layers.Bidirectional({ layer: new layers.LSTM({ units: 2 }) }), ...sequence },
  CategoryEncoding: { ...rows, config: { numTokens: 4 }, inputDtype: 'int32' },
  Concatenate: pair,
  ...ranks((rank) => `Conv${rank}`, { config: kernel }),
  ...ranks((rank) => `Conv${rank}Transpose`, { config: kernel }),
  ConvLSTM1D: { config: kernel, inputShape: [2, 3, 4, 2] },
  ConvLSTM2D: { config: kernel, inputShape: [2, 2, 3, 3, 2] },
  ConvLSTM3D: { config: kernel, inputShape: [2, 2, 2, 3, 2, 1] },
  ConvLSTMCell: {
    make: () => new layers.RNN({ cell: new layers.ConvLSTMCell({ rank: 1, ...kernel }) }),
    inputShape: [2, 3, 4, 2],
  },
  ...ranks((rank) => `Cropping${rank}`, { config: { cropping: 1 } }),
  Cropping3D: { config: { cropping: 1 }, inputShape: [2, 3, 3, 4, 2] },
  Dense: { ...rows, config: { units: 3 } },
  DepthwiseConv1D: { ...line, config: { kernelSize: 2 } },
  DepthwiseConv2D: { ...plane, config: { kernelSize: 2 } },
  Discretization: { ...rows, config: { binBoundaries: [-0.5, 0, 0.5] } },
  Dot: { ...pair, config: { axes: 1 } },
  Dropout: { ...rows, ...rate },
  ELU: rows,
  EinsumDense: { ...sequence, config: { equation: 'abc,cd->abd', outputShape: [null, 4], biasAxes: 'd' } },
  Embedding: { ...rows, config: { inputDim: 4, outputDim: 2 } },
  Flatten: sequence,
  GRU: { ...sequence, config: { units: 3 } },
  GRUCell: cell(() => new layers.GRUCell({ units: 3 })),
  GaussianDropout: { ...rows, ...rate },
  GaussianNoise: { ...rows, config: { stddev: 0.4 } },
  ...ranks((rank) => `GlobalAveragePooling${rank}`),
  ...ranks((rank) => `GlobalMaxPooling${rank}`),
  GroupNormalization: { inputShape: [2, 3, 4], config: { groups: 2 } },
  GroupQueryAttention: { ...queryAndValue, config: { headDim: 3, numQueryHeads: 4, numKeyValueHeads: 2 } },
  Identity: rows,
  InputLayer: {
    make: () => new layers.Input({ shape: [3] }),
    ...rows,
    skip: {
      [finite]: 'its dtype is that of the input, and not that of the suite',
      'mixedFloat16 gives about the same': 'its dtype is that of the input',
    },
  },
  LSTM: { ...sequence, config: { units: 3 } },
  LSTMCell: cell(() => new layers.LSTMCell({ units: 3 })),
  Lambda: { make: () => new layers.Lambda({ function: square }), ...rows },
  LayerNormalization: rows,
  LeakyReLU: rows,
  Masking: sequence,
  ...ranks((rank) => `MaxPooling${rank}`),
  Maximum: pair,
  MelSpectrogram: {
    inputShape: [2, 64],
    config: { fftLength: 16, sequenceStride: 8, numMelBins: 4, samplingRate: 1000, minFreq: 0, maxFreq: 500 },
  },
  Minimum: pair,
  MultiHeadAttention: { ...queryAndValue, config: { numHeads: 2, keyDim: 3 } },
  Multiply: pair,
  Normalization: { ...rows, config: { mean: [0.1, 0.2, 0.3], variance: [1, 2, 3] } },
  Operation: {
    make: () => new layers.OperationLayer({ operation: square, args: [{ input: 0 }] }) as unknown as Layer,
    ...rows,
    skip: {
      'mixedFloat16 gives about the same': 'an operation keeps the dtype of its arguments',
      'arguments that are no tensors are refused': 'models make it, and it has no call',
    },
  },
  PReLU: { ...rows, config: { alphaInitializer: 'ones' } },
  Permute: { ...sequence, config: { dims: [2, 1] } },
  RMSNormalization: rows,
  RNN: { make: () => new layers.RNN({ cell: new layers.SimpleRNNCell({ units: 2 }) }), ...sequence },
  ReLU: rows,
  RepeatVector: { ...rows, config: { n: 2 } },
  Rescaling: { ...rows, config: { scale: 0.5, offset: 1 } },
  Reshape: { ...rows, config: { targetShape: [3, 1] } },
  ReversibleEmbedding: { ...rows, config: { inputDim: 4, outputDim: 2 } },
  STFTSpectrogram: { inputShape: [2, 32, 1], config: { frameLength: 8, frameStep: 4, fftLength: 8 } },
  SeparableConv1D: { ...line, config: kernel },
  SeparableConv2D: { ...plane, config: kernel },
  SimpleRNN: { ...sequence, config: { units: 3 } },
  SimpleRNNCell: cell(() => new layers.SimpleRNNCell({ units: 3 })),
  Softmax: rows,
  SpectralNormalization: {
    make: () => new layers.SpectralNormalization({ layer: new layers.Dense({ units: 3 }) }),
    ...rows,
    skip: { [`${finite}, training`]: 'the vectors of the power iteration count as constants' },
  },
  StackedRNNCells: cell(
    () =>
      new layers.StackedRNNCells({ cells: [new layers.GRUCell({ units: 3 }), new layers.SimpleRNNCell({ units: 2 })] }),
  ),
  ...ranks((rank) => `SpatialDropout${rank}`, rate),
  Subtract: pair,
  TernaryDense: {
    ...rows,
    config: { units: 3 },
    skip: { [finite]: 'the derivative passes through the rounding' },
  },
  TimeDistributed: { make: () => new layers.TimeDistributed({ layer: new layers.Dense({ units: 2 }) }), ...sequence },
  UnitNormalization: rows,
  ...ranks((rank) => `UpSampling${rank}`),
  ...ranks((rank) => `ZeroPadding${rank}`),
}
