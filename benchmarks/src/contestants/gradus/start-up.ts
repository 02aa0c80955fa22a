// Trains one step of the article's job with Gradus and ends. Arguments: backend, threads, workload.
import { cpu } from '@gradus/backend-cpu'
import { wasm } from '@gradus/backend-wasm'
import { Dense } from '@gradus/layers'
import { SparseCategoricalCrossentropy } from '@gradus/losses'
import { SparseCategoricalAccuracy } from '@gradus/metrics'
import { Sequential } from '@gradus/models'
import { Adam } from '@gradus/optimizers'
import { useBackend } from '@gradus/tensor'
import { generate } from '../../shared/generate.ts'
import { reportStartUp } from '../../shared/start-up.ts'

const [name, threads] = process.argv.slice(2)

await reportStartUp(async ({ inputs, hidden, classes, batch, learningRate, x, y }) => {
  await useBackend(name === 'cpu' ? cpu() : wasm({ threads: Number(threads) }))
  const model = new Sequential([
    ...hidden.map(
      (units, index) => new Dense({ units, activation: 'relu', ...(index === 0 && { inputShape: [inputs] }) }),
    ),
    new Dense({ units: classes, activation: 'sigmoid' }),
  ])
  model.compile({
    optimizer: new Adam({ learningRate }),
    loss: new SparseCategoricalCrossentropy(),
    metrics: [new SparseCategoricalAccuracy()],
  })
  const data = generate({ ...x, shape: [batch, inputs] })
  await model.trainOnBatch({ data, shape: [batch, inputs], dtype: 'float32' }, generate({ ...y, shape: [batch] }))
})
