import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers'
import type { ArticleSpec, StepSpec } from '../../../src/shared/spec.ts'
import { transformerNetwork } from './transformer.ts'

export function networkOf(spec: ArticleSpec | StepSpec, backend: string): LayersModel {
  switch (spec.kind) {
    case 'article':
      return denseNetwork(spec, 'sigmoid')
    case 'mlp':
      return denseNetwork(spec, 'linear')
    case 'cnn': {
      const { height, width, channels, filters, kernel, pool, dropout, classes } = spec
      const inputShape = [height, width, channels]
      return sequential({
        layers: [
          ...filters.flatMap((count, index) => [
            layers.conv2d({
              filters: count,
              kernelSize: kernel,
              activation: 'relu',
              ...(index === 0 && { inputShape }),
            }),
            layers.maxPooling2d({ poolSize: pool, strides: pool }),
          ]),
          layers.dropout({ rate: dropout }),
          layers.flatten(),
          layers.dense({ units: classes }),
        ],
      })
    }
    case 'lstm': {
      const { steps, features, units, outputs } = spec
      const inputShape = [steps, features]
      // the initial weights are set afterwards; orthogonal ones, the default, take long to draw
      const recurrent = { recurrentActivation: 'sigmoid', recurrentInitializer: 'zeros' }
      return sequential({
        layers: [layers.lstm({ units, inputShape, ...recurrent }), layers.dense({ units: outputs })],
      })
    }
    case 'transformer':
      return transformerNetwork(spec, backend === 'wasm')
  }
}

interface DenseShape {
  readonly inputs: number
  readonly hidden: readonly number[]
  readonly classes: number
}

function denseNetwork({ inputs, hidden, classes }: DenseShape, activation: string): LayersModel {
  return sequential({
    layers: [
      ...hidden.map((units, index) =>
        layers.dense({ units, activation: 'relu', ...(index === 0 && { inputShape: [inputs] }) }),
      ),
      layers.dense({ units: classes, activation }),
    ],
  })
}
