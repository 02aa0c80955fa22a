import { Dense, Sequential, SGD } from 'gradus'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Sandbox, small, smallSandbox } from '../testing/sandbox.ts'
import { FirstUpdate, formatUpdate, largestUpdate, oneBatch, RevealGradients, type Update } from './first-update.ts'

let sandbox: Sandbox

beforeEach(() => {
  sandbox = smallSandbox()
})

afterEach(() => sandbox.remove())

/** The model y = w x + b with w = 2, b = 0 on x = 3, y = 5: the loss is (6 - 5)^2. */
function line(optimizer: SGD | RevealGradients): Sequential {
  const model = new Sequential([new Dense({ units: 1, inputShape: [1] })])
  model.compile({ optimizer, loss: 'mse' })
  return model
}

it('replaces each parameter by its gradient', async () => {
  const model = line(new RevealGradients())
  await model.setWeights([[[2]], [0]])
  await model.fit([[3]], [[5]], { epochs: 5, verbose: 0, callbacks: [oneBatch] })
  const [kernel, bias] = await model.getWeights()
  expect(kernel!.data[0]).toBeCloseTo(2 * (6 - 5) * 3, 5)
  expect(bias!.data[0]).toBeCloseTo(2, 5)
})

it('has the result of the formula and that of the optimizer', async () => {
  const model = line(new SGD({ learningRate: 0.01 }))
  await model.setWeights([[[2]], [0]])
  const first = new FirstUpdate()
  await model.fit([[3]], [[5]], { epochs: 3, verbose: 0, callbacks: [first] })
  const [kernel, bias] = await model.getWeights()
  const gradients = [
    { ...kernel!, data: Float32Array.of(6) },
    { ...bias!, data: Float32Array.of(2) },
  ]
  const update = largestUpdate(first, gradients)!
  expect(update).toMatchObject({ weight: 'dense.kernel[0, 0]', old: 2, gradient: 6, learningRate: 0.01, plain: 1.94 })
  expect(update.actual).toBeCloseTo(1.94, 6)
  expect(formatUpdate(update, 'SGD')).toContain('1.9400000 = 2.0000000 - 0.01 x 6.0000000')
})

it("is Adam's first step in a real run: about the learning rate, against the gradient", async () => {
  sandbox.write('config.yaml', { ...small, explain: true })
  const { out } = await sandbox.run(['train', 'config.yaml', '--json', '--quiet'])
  const { old, gradient, learningRate, plain, actual } = JSON.parse(out).update as Update
  expect(learningRate).toBe(0.05)
  expect(Math.abs(gradient)).toBeGreaterThan(0)
  expect(plain).toBeCloseTo(old - 0.05 * gradient, 10)
  // m = 0.1 g, v = 0.001 g^2 and the rate is scaled by sqrt(0.001) / 0.1, so that epsilon weighs 1 / sqrt(0.001) as much
  const change = (-0.05 * gradient) / (Math.abs(gradient) + 1e-7 / Math.sqrt(0.001))
  expect(actual - old).toBeCloseTo(change, 6)
})

it('is printed only with explain', async () => {
  expect((await sandbox.run(['train', 'config.yaml'])).out).not.toContain('learning rate x gradient')
})
