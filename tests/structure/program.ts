/**
 * A program that uses one more of each kind, and has to compile where they were added: the types of names and options follow
 * from the definitions.
 */
export const program = `import { defineConfig, FirstEpochOnly, HarmonicDecay, layers, Mirrored, ops, Sequential, SignDescent, tensor } from 'gradus'
import { folded } from 'gradus/activations'
import { NonPos } from 'gradus/constraints'
import { Halves } from 'gradus/initializers'
import { jsonModel, modelFormats } from 'gradus/io'
import { MeanCubicError } from 'gradus/losses'
import { LargestError } from 'gradus/metrics'
import { Total } from 'gradus/regularizers'

export const tensors = [ops.cube(2), ops.mirror(tensor([1, 2])), ops.bump(2), ops.fourth(2), folded(tensor(1))]

export const config = defineConfig({
  data: { train: 'train.csv', inputs: ['x'], target: 'y' },
  model: {
    model: 'Sequential',
    layers: [
      { layer: 'Mirrored', inputShape: [1] },
      {
        layer: 'Dense',
        units: 1,
        activation: 'folded',
        kernelInitializer: 'halves',
        kernelRegularizer: 'total',
        biasConstraint: 'nonPos',
      },
    ],
  },
  optimizer: { optimizer: 'SignDescent', learningRate: { schedule: 'HarmonicDecay' } },
  loss: 'meanCubicError',
  metrics: ['largestError'],
  callbacks: ['firstEpochOnly', { callback: 'FirstEpochOnly' }],
  fit: { epochs: 2, restAfter: 3 },
})

const model = new Sequential([
  new Mirrored(),
  new layers.Dense({
    units: 1,
    activation: folded,
    kernelInitializer: new Halves(),
    kernelRegularizer: new Total(),
    biasConstraint: new NonPos(),
  }),
])
model.compile({
  optimizer: new SignDescent({ learningRate: new HarmonicDecay() }),
  loss: new MeanCubicError(),
  metrics: [new LargestError(), 'largestError'],
})
model.compile({ optimizer: 'signDescent', loss: 'meanCubicError' })
await model.fit([[1]], [[2]], { restAfter: 3, callbacks: [new FirstEpochOnly()] })
await model.save('model.json', { formats: [jsonModel, ...modelFormats] })
`
