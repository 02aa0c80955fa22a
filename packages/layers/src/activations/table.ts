import { Celu } from './celu.ts'
import { Elu } from './elu.ts'
import { Exponential } from './exponential.ts'
import { Gelu } from './gelu.ts'
import { Glu } from './glu.ts'
import { HardShrink } from './hard-shrink.ts'
import { HardSigmoid } from './hard-sigmoid.ts'
import { HardSilu } from './hard-silu.ts'
import { HardTanh } from './hard-tanh.ts'
import { LeakyRelu } from './leaky-relu.ts'
import { Linear } from './linear.ts'
import { LogSigmoid } from './log-sigmoid.ts'
import { LogSoftmax } from './log-softmax.ts'
import { Mish } from './mish.ts'
import { Relu } from './relu.ts'
import { Relu6 } from './relu6.ts'
import { Selu } from './selu.ts'
import { Sigmoid } from './sigmoid.ts'
import { Silu } from './silu.ts'
import { SoftShrink } from './soft-shrink.ts'
import { Softmax } from './softmax.ts'
import { Softplus } from './softplus.ts'
import { Softsign } from './softsign.ts'
import { SparsePlus } from './sparse-plus.ts'
import { SparseSigmoid } from './sparse-sigmoid.ts'
import { Sparsemax } from './sparsemax.ts'
import { Squareplus } from './squareplus.ts'
import { Tanh } from './tanh.ts'
import { TanhShrink } from './tanh-shrink.ts'
import { Threshold } from './threshold.ts'

/** The activations by the names that layers take, with Keras's second names. */
export const activations = {
  celu: Celu,
  elu: Elu,
  exponential: Exponential,
  gelu: Gelu,
  glu: Glu,
  hardShrink: HardShrink,
  hardSigmoid: HardSigmoid,
  hardSilu: HardSilu,
  hardSwish: HardSilu,
  hardTanh: HardTanh,
  leakyRelu: LeakyRelu,
  linear: Linear,
  logSigmoid: LogSigmoid,
  logSoftmax: LogSoftmax,
  mish: Mish,
  relu: Relu,
  relu6: Relu6,
  selu: Selu,
  sigmoid: Sigmoid,
  silu: Silu,
  swish: Silu,
  softShrink: SoftShrink,
  softmax: Softmax,
  softplus: Softplus,
  softsign: Softsign,
  sparsePlus: SparsePlus,
  sparseSigmoid: SparseSigmoid,
  sparsemax: Sparsemax,
  squareplus: Squareplus,
  tanh: Tanh,
  tanhShrink: TanhShrink,
  threshold: Threshold,
} as const
