import { MixtureOfExperts, RmsNorm, SignDescent, WeightNorm } from '@acme/gradus-parts'
import { cpu } from '@gradus/backend-cpu'
import { type ModelSpec, Registry } from '@gradus/core'
import { Dense, layers, regularizers } from '@gradus/layers'
import { losses } from '@gradus/losses'
import { fromSpec, loadModel, Sequential } from '@gradus/models'
import { argMax, useBackend } from '@gradus/tensor'
import config from './config.json' with { type: 'json' }

await useBackend(cpu())
const standard = new Registry([...Object.values(layers), ...Object.values(losses), ...Object.values(regularizers)])
const registry = standard.with(RmsNorm, SignDescent, WeightNorm, MixtureOfExperts)

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

// Both continue from the same weights and the same optimizer state.
await model.fit(inputs, classes, { epochs: 5, verbose: 0, shuffle: false })
await copy.fit(inputs, classes, { epochs: 5, verbose: 0, shuffle: false })

let refused = ''
try {
  await loadModel('model.safetensors', { registry: standard })
} catch (error) {
  refused = (error as Error).message
}

// Layers that hold layers: inner layers are frozen, penalized and saved like all others.
const wrapped = (l2: number) => {
  const options = { units: 8, activation: 'tanh', kernelRegularizer: new regularizers.L2({ l2 }) } as const
  const experts = [new Dense({ ...options, trainable: false }), new WeightNorm({ layer: new Dense(options) })]
  const gate = new Dense({ units: 2, activation: 'softmax' })
  const outer = new Sequential(
    [
      new MixtureOfExperts({ experts, gate, inputShape: [2] }),
      new WeightNorm({ layer: new Dense({ units: 2, activation: 'softmax' }) }),
    ],
    { seed: 5 },
  )
  outer.compile({ optimizer: new SignDescent({ learningRate: 0.01 }), loss: registry.parse('loss', config.loss) })
  return outer
}
const outer = wrapped(0.01)
const first = await outer.getWeights()
const { history: outerHistory } = await outer.fit(inputs, classes, { epochs: 150, verbose: 0 })
const last = await outer.getWeights()
const moved = last.filter(({ data }, index) => String(data) !== String(first[index]!.data)).map(({ path }) => path)
const plain = wrapped(0)
await plain.setWeights(last)
const lossOf = async (one: typeof outer) => (await one.evaluate(inputs, classes, { verbose: 0 }))['loss']!
const penalty = (await lossOf(outer)) - (await lossOf(plain))
const squares = (path: string) =>
  [...last.find((weight) => weight.path === path)!.data].reduce((sum, w) => sum + w * w, 0)
const outerCopy = await loadModel(await outer.toBytes(), { registry })

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
    paths: last.map(({ path }) => path),
    moved,
    outerImproved: outerHistory['loss']!.at(-1)! < outerHistory['loss']![0]!,
    penalty,
    expectedPenalty: 0.01 * squares('mixture_of_experts.experts.1.layer.kernel'),
    outer: (await outer.predict(inputs)).array(),
    outerCopy: (await outerCopy.predict(inputs)).array(),
  }),
)
