// Where classes differ from Keras's, and why.

/** Arguments of Keras that every class has in some form. */
export const keptNames: readonly string[] = ['name', 'dtype', 'trainable']

/** Classes of Keras that have no recorded arguments, because they are newer than the records. */
export const namedOnly: readonly string[] = ['layer TernaryDense', 'optimizer OptimizerMap']

/** Why an option of Keras does not exist: by its name, or by class and name. */
export const reasons: Readonly<Record<string, string>> = {
  quantizationConfig: '`model.quantize` takes the mode',
  gptqUnpackedColumnSize: 'it belongs to a mode of quantization that does not exist here',
  useCudnn: 'it chooses kernels of CUDA',
  flashAttention: 'it chooses kernels of one family of GPUs',
  doubleCheckpoint: 'a file is written whole or not at all, so one is enough',
  'Bidirectional.weights': '`setWeights` sets them',
  'StringLookup.vocabularyDtype': 'a vocabulary holds strings',
  'InputLayer.batchShape': '`input` and `Input` take it as `batchSize` and `shape`',
  'InputLayer.sparse': 'all tensors are dense',
  'InputLayer.ragged': 'all tensors are dense',
  'InputLayer.inputTensor': '`input` makes the symbolic tensor',
  'InputLayer.optional': 'each input has data',
}

/** What else a class does differently, and what stands in for a class that Keras does not have. */
export const notes: Readonly<Record<string, string>> = {
  Operation: 'a node of a functional model that is an operation; Keras makes a layer of each operation',
  ConvLSTMCell: 'not exported by Keras; the cell of `ConvLSTM1D`, `ConvLSTM2D` and `ConvLSTM3D`',
  Lambda: 'takes a named function, so that files can refer to it; code of Python in a file is refused',
  RAdam: 'not in Keras; as in PyTorch',
  OneCycle: 'not in Keras; as in PyTorch',
  Cyclic: 'not in Keras; as in PyTorch',
}
