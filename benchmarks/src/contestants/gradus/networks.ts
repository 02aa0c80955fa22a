import { Conv2D, Dense, Dropout, Flatten, type Layer, LSTM, MaxPooling2D, Sequential } from 'gradus'
import type { ArticleSpec, CnnSpec, LstmSpec, MlpSpec } from '../../shared/spec.ts'

export function articleNetwork({ inputs, hidden, classes }: ArticleSpec): Sequential {
  return new Sequential(
    [
      ...hidden.map(
        (units, index) => new Dense({ units, activation: 'relu', ...(index === 0 && { inputShape: [inputs] }) }),
      ),
      new Dense({ units: classes, activation: 'sigmoid' }),
    ],
    { seed: 1 },
  )
}

export function mlpNetwork({ inputs, hidden, classes }: MlpSpec): Sequential {
  return new Sequential(
    [
      ...hidden.map(
        (units, index) => new Dense({ units, activation: 'relu', ...(index === 0 && { inputShape: [inputs] }) }),
      ),
      new Dense({ units: classes }),
    ],
    { seed: 1 },
  )
}

export function cnnNetwork({ height, width, channels, filters, kernel, pool, dropout, classes }: CnnSpec): Sequential {
  const inputShape = [height, width, channels]
  return new Sequential(
    [
      ...filters.flatMap((count, index): Layer[] => [
        new Conv2D({ filters: count, kernelSize: kernel, activation: 'relu', ...(index === 0 && { inputShape }) }),
        new MaxPooling2D({ poolSize: pool }),
      ]),
      new Dropout({ rate: dropout }),
      new Flatten(),
      new Dense({ units: classes }),
    ],
    { seed: 1 },
  )
}

export function lstmNetwork({ steps, features, units, outputs }: LstmSpec): Sequential {
  return new Sequential([new LSTM({ units, inputShape: [steps, features] }), new Dense({ units: outputs })], {
    seed: 1,
  })
}

export function tinyNetwork(): Sequential {
  return new Sequential([new Dense({ units: 1, inputShape: [1] })], { seed: 1 })
}
