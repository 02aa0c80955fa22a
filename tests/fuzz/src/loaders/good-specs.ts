import { readFileSync } from 'node:fs'

/** Models as data that can be built: of all forms, with nested, shared and wrapped layers. */
export const goodSpecs: readonly object[] = [
  {
    model: 'Sequential',
    layers: [
      { layer: 'Dense', units: 4, activation: 'relu', inputShape: [3], kernelInitializer: 'glorotUniform' },
      { layer: 'Dropout', rate: 0.2 },
      { layer: 'BatchNormalization', momentum: 0.9 },
      { layer: 'Dense', units: 2, activation: 'softmax', kernelRegularizer: { regularizer: 'L2', l2: 0.01 } },
    ],
  },
  {
    model: 'Sequential',
    layers: [
      { layer: 'Input', shape: [8, 8, 1] },
      { layer: 'Conv2D', filters: 2, kernelSize: [3, 3], strides: 1, padding: 'same' },
      { layer: 'MaxPooling2D', poolSize: 2 },
      { layer: 'Flatten' },
      { layer: 'Reshape', targetShape: [8, -1] },
      { layer: 'Dropout', rate: 0.1, seed: 3 },
      { layer: 'Dense', units: 3 },
    ],
  },
  {
    model: 'Sequential',
    layers: [
      { layer: 'Input', shape: [5], dtype: 'int32' },
      { layer: 'Embedding', inputDim: 10, outputDim: 3, maskZero: true },
      { layer: 'Bidirectional', inner: { layer: 'LSTM', units: 2, returnSequences: true }, mergeMode: 'concat' },
      { layer: 'TimeDistributed', inner: { layer: 'Dense', units: 2 } },
      { layer: 'GRU', units: 2 },
    ],
  },
  {
    model: 'Functional',
    name: 'two',
    inputs: { a: ['a', 0, 0], b: ['b', 0, 0] },
    outputs: [
      ['sum', 0, 0],
      ['dense', 1, 0],
    ],
    layers: [
      { name: 'a', spec: { layer: 'Input', shape: [4] }, calls: [] },
      { name: 'b', spec: { layer: 'Input', shape: [4] }, calls: [] },
      {
        name: 'dense',
        spec: { layer: 'Dense', units: 4, name: 'dense' },
        calls: [{ inputs: ['a', 0, 0] }, { inputs: ['b', 0, 0], options: { training: true } }],
      },
      {
        name: 'scaled',
        spec: { layer: 'Operation', operation: 'mul', args: [{ input: 0 }, 2] },
        calls: [{ inputs: [['dense', 0, 0]] }],
      },
      {
        name: 'sum',
        spec: { layer: 'Operation', operation: 'add', args: [{ input: 0 }, { input: 1 }] },
        calls: [
          {
            inputs: [
              ['scaled', 0, 0],
              ['dense', 1, 0],
            ],
          },
        ],
      },
    ],
  },
  {
    model: 'Sequential',
    layers: [
      { layer: 'Input', shape: [4, 6] },
      {
        layer: 'RNN',
        cell: {
          layer: 'StackedRNNCells',
          cells: [
            { layer: 'GRUCell', units: 2 },
            { layer: 'LSTMCell', units: 3 },
          ],
        },
      },
      { layer: 'Dense', units: 4, activation: { activation: 'leakyRelu', negativeSlope: 0.1 } },
      { layer: 'Reshape', targetShape: [2, 2] },
      { layer: 'LayerNormalization', axis: -1 },
      { layer: 'EinsumDense', equation: 'abc,cd->abd', outputShape: [null, 5], biasAxes: 'd' },
      { model: 'Sequential', name: 'inner', layers: [{ layer: 'Dense', units: 2, inputShape: [2, 5] }] },
      { layer: 'Normalization', axis: -1, mean: 1, variance: 2 },
      { layer: 'Flatten' },
    ],
  },
]

/** Optimizers, losses, metrics and callbacks as data, as a config has them. */
export const goodParts = {
  optimizers: [
    'adam',
    { optimizer: 'Adam', learningRate: 0.01, beta1: 0.9, clipNorm: 1 },
    {
      optimizer: 'SGD',
      momentum: 0.9,
      learningRate: { schedule: 'CosineDecay', initialLearningRate: 0.1, decaySteps: 9 },
    },
    {
      optimizer: 'RMSprop',
      learningRate: { schedule: 'PiecewiseConstantDecay', boundaries: [2, 5], values: [0.1, 0.01, 0.001] },
    },
  ],
  losses: [
    'MeanSquaredError',
    'crossentropy',
    { loss: 'CategoricalCrossentropy', labelSmoothing: 0.1, fromLogits: true },
  ],
  metrics: ['accuracy', 'mae', { metric: 'TopKCategoricalAccuracy', k: 2 }],
  callbacks: [
    'TerminateOnNaN',
    { callback: 'EarlyStopping', patience: 2, restoreBestWeights: true },
    { callback: 'ReduceLROnPlateau', factor: 0.5, patience: 1 },
    { callback: 'ModelCheckpoint', filepath: 'model-{epoch:02d}-{loss:.3f}.safetensors' },
  ],
}

interface KerasCases {
  readonly cases: readonly { readonly model?: unknown; readonly config?: unknown }[]
}

const folder = new URL('../../../../packages/', import.meta.url)
const json = (path: string): unknown => JSON.parse(readFileSync(new URL(path, folder), 'utf8'))

/** Models as Keras saves them. */
export function kerasModels(): readonly unknown[] {
  const models = Object.values(json('io/src/recorded/keras-models.json') as Record<string, unknown>)
  const calls = (json('models/src/model/recorded/keras-calls.json') as KerasCases).cases
  const operations = (json('models/src/model/recorded/keras-operations.json') as KerasCases).cases
  const saved = [...calls, ...operations].flatMap(({ model, config }) => model ?? config ?? [])
  return [...models, ...saved]
}
