import { RmsNorm, SignDescent } from '@acme/gradus-parts'
import { cpu } from '@gradus/backend-cpu'
import { type ModelSpec, Registry } from '@gradus/core'
import { layers } from '@gradus/layers'
import { losses } from '@gradus/losses'
import { fromSpec, loadModel } from '@gradus/models'
import { argMax, useBackend } from '@gradus/tensor'
import config from './config.json' with { type: 'json' }

await useBackend(cpu())
const registry = new Registry([...layers, ...losses]).with(RmsNorm, SignDescent)

const inputs = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]
const classes = [0, 1, 1, 0]

const model = fromSpec(config.model as ModelSpec, registry)
model.compile({
  optimizer: registry.parse('optimizer', config.optimizer),
  loss: registry.parse('loss', config.loss),
})
const history = await model.fit(inputs, classes, { epochs: 150, verbose: 0 })
const before = await model.predict(inputs)

await model.save('model.safetensors')
const copy = await loadModel('model.safetensors', { registry })
const after = await copy.predict(inputs)

// Both go on from the same weights and the same state of the optimizer.
await model.fit(inputs, classes, { epochs: 5, verbose: 0, shuffle: false })
await copy.fit(inputs, classes, { epochs: 5, verbose: 0, shuffle: false })

let refused = ''
try {
  await loadModel('model.safetensors', { registry: new Registry([...layers, ...losses]) })
} catch (error) {
  refused = (error as Error).message
}

const found = argMax(before, { axis: 1 }).array() as number[]
console.log(
  JSON.stringify({
    classes: found,
    layers: model.layers.map(({ type }) => type),
    optimizer: copy.optimizer?.type,
    improved: Number(history.history['loss']?.at(-1)) < Number(history.history['loss']?.[0]),
    before: before.array(),
    after: after.array(),
    model: (await model.predict(inputs)).array(),
    copy: (await copy.predict(inputs)).array(),
    refused,
  }),
)
