import { wasm } from '@gradus/backend-wasm'
import { Dense } from '@gradus/layers'
import { SparseCategoricalCrossentropy } from '@gradus/losses'
import { Sequential } from '@gradus/models'
import { Adam } from '@gradus/optimizers'
import { argMax, useBackend } from '@gradus/tensor'

await useBackend(wasm())

const inputs = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]
const model = new Sequential(
  [new Dense({ units: 8, activation: 'tanh', inputShape: [2] }), new Dense({ units: 2, activation: 'softmax' })],
  { seed: 1 },
)
model.compile({ optimizer: new Adam({ learningRate: 0.05 }), loss: new SparseCategoricalCrossentropy() })
await model.fit(inputs, [0, 1, 1, 0], { epochs: 200, verbose: 0 })
console.log(argMax(await model.predict(inputs), { axis: 1 }).array())
