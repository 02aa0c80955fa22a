import { Dense, Sequential } from 'gradus'
import { argMax } from 'gradus/ops'

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
model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy' })
model.learningRate = 0.05
await model.fit(inputs, [0, 1, 1, 0], { epochs: 200, verbose: 0 })
console.log(argMax(await model.predict(inputs), { axis: 1 }).array())
