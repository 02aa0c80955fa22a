import { Dense, defineConfig, Sequential } from 'gradus'
import { Swish } from './swish.ts'

// instances of own classes, without `plugins`: this file is the plug-in
export default defineConfig({
  name: 'own-classes',
  seed: 1,
  data: {
    train: '../side-effects/participants.csv',
    test: '../side-effects/participants-test.csv',
    target: 'sideEffects',
    classes: ['no side effects', 'side effects'],
  },
  model: new Sequential([
    new Dense({ units: 8 }),
    new Swish({ beta: 1.5 }),
    new Dense({ units: 2, activation: 'softmax' }),
  ]),
  optimizer: { optimizer: 'Adam', learningRate: 0.01 },
  loss: 'sparseCategoricalCrossentropy',
  metrics: ['accuracy'],
  callbacks: [],
  fit: { batchSize: 50, epochs: 10, verbose: 2 },
})
