import { cpu } from '@gradus/backend-cpu'
import { Conv2D, Dense, Dropout, Flatten, MaxPooling2D } from '@gradus/layers'
import { SparseCategoricalCrossentropy } from '@gradus/losses'
import { SparseCategoricalAccuracy } from '@gradus/metrics'
import { Sequential } from '@gradus/models'
import { Adam } from '@gradus/optimizers'
import { useBackend, zeros } from '@gradus/tensor'

await useBackend(cpu())

const model = new Sequential([
  new Conv2D({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 1] }),
  new MaxPooling2D(),
  new Flatten(),
  new Dropout({ rate: 0.5 }),
  new Dense({ units: 3, activation: 'softmax' }),
])
model.compile({
  optimizer: new Adam(),
  loss: new SparseCategoricalCrossentropy(),
  metrics: [new SparseCategoricalAccuracy()],
})
await model.fit(zeros([6, 8, 8, 1]), [0, 1, 2, 0, 1, 2], { epochs: 1, verbose: 0 })
console.log((await model.predict(zeros([2, 8, 8, 1]))).shape)
