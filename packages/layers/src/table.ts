import { Input } from '@gradus/core'
import { Conv2D } from './convolution/conv2d.ts'
import { ActivationLayer } from './core/activation.ts'
import { Dense } from './core/dense.ts'
import { Embedding } from './core/embedding.ts'
import { BatchNormalization } from './normalization/batch-normalization.ts'
import { LayerNormalization } from './normalization/layer-normalization.ts'
import { MaxPooling2D } from './pooling/max-pooling2d.ts'
import { LSTM } from './recurrent/lstm.ts'
import { Dropout } from './regularization/dropout.ts'
import { Flatten } from './reshaping/flatten.ts'
import { Reshape } from './reshaping/reshape.ts'

/** Every layer of this package, for a registry: `new Registry(layers)`. */
export const layers = [
  Input,
  Dense,
  ActivationLayer,
  Embedding,
  Flatten,
  Reshape,
  Dropout,
  BatchNormalization,
  LayerNormalization,
  Conv2D,
  MaxPooling2D,
  LSTM,
] as const
