import { layers, type Model, Sequential } from 'gradus'

/** A network and the samples on which it is trained. */
export interface Workload {
  readonly name: string
  readonly about: string
  readonly batchSize: number
  readonly samples: number
  readonly inputShape: readonly number[]
  readonly classes: number
  model(): Model
}

/** The workloads of `gradus bench`, from small to large. */
export const workloads: readonly Workload[] = [
  {
    name: 'dense',
    about: '16, 32 and 2 units on 1 number, batches of 10',
    batchSize: 10,
    samples: 2000,
    inputShape: [1],
    classes: 2,
    model: () =>
      new Sequential(
        [
          new layers.Dense({ units: 16, activation: 'relu', inputShape: [1] }),
          new layers.Dense({ units: 32, activation: 'relu' }),
          new layers.Dense({ units: 2, activation: 'softmax' }),
        ],
        { seed: 1 },
      ) as Model,
  },
  {
    name: 'conv',
    about: '32 and 64 filters on 28 x 28 images, batches of 32',
    batchSize: 32,
    samples: 256,
    inputShape: [28, 28, 1],
    classes: 10,
    model: () =>
      new Sequential(
        [
          new layers.Conv2D({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
          new layers.MaxPooling2D({ poolSize: 2 }),
          new layers.Conv2D({ filters: 64, kernelSize: 3, activation: 'relu' }),
          new layers.MaxPooling2D({ poolSize: 2 }),
          new layers.Flatten({}),
          new layers.Dense({ units: 10, activation: 'softmax' }),
        ],
        { seed: 1 },
      ) as Model,
  },
  {
    name: 'lstm',
    about: '64 units on 32 steps of 16 numbers, batches of 32',
    batchSize: 32,
    samples: 256,
    inputShape: [32, 16],
    classes: 4,
    model: () =>
      new Sequential(
        [new layers.LSTM({ units: 64, inputShape: [32, 16] }), new layers.Dense({ units: 4, activation: 'softmax' })],
        { seed: 1 },
      ) as Model,
  },
]
