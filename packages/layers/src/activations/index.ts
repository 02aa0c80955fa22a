export { glu, logSoftmax, softmax, sparsemax } from './along-axis.ts'
export { hardSigmoid, hardSilu, hardSilu as hardSwish, hardTanh, sparseSigmoid } from './piecewise.ts'
export { celu, elu, hardShrink, leakyRelu, relu, relu6, selu, softShrink, threshold } from './rectifiers.ts'
export {
  exponential,
  gelu,
  linear,
  logSigmoid,
  mish,
  sigmoid,
  silu,
  silu as swish,
  softplus,
  softsign,
  sparsePlus,
  squareplus,
  tanh,
  tanhShrink,
} from './smooth.ts'
