import { cpu } from '@gradus/backend-cpu'
import { Dense, type DenseConfig } from '@gradus/layers'
import { SparseCategoricalCrossentropy } from '@gradus/losses'
import { type CompileOptions, type FitOptions, type NoNames, Sequential } from '@gradus/models'
import { Adam } from '@gradus/optimizers'
import { argMax, type Tensor, useBackend } from '@gradus/tensor'

await useBackend(cpu())

const inputs: number[][] = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]
const classes: readonly number[] = [0, 1, 1, 0]

const output: DenseConfig = { units: 2, activation: 'softmax' }
const model = new Sequential([new Dense({ units: 8, activation: 'tanh', inputShape: [2] }), new Dense(output)], {
  seed: 1,
})
const options: CompileOptions<NoNames> = {
  optimizer: new Adam({ learningRate: 0.05 }),
  loss: new SparseCategoricalCrossentropy(),
}
model.compile(options)
const fit: FitOptions = { epochs: 200, verbose: 0 }
await model.fit(inputs, [...classes], fit)

const prediction: Tensor = await model.predict(inputs)
const found = argMax(prediction, { axis: 1 }).array() as number[]
const right = classes.filter((label, at) => found[at] === label).length
console.log(JSON.stringify({ accuracy: right / classes.length, types: model.type }))
