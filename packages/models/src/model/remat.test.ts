import { grad } from '@gradus/autograd'
import { initLayer, Rng, statelessCall } from '@gradus/core'
import { planMemory, simplify, trace } from '@gradus/graph'
import { BatchNormalization, Dense, Dropout, Embedding, GRU } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { SGD } from '@gradus/optimizers'
import { onBackend, sum, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import * as backends from '../../../../tests/all-backends.ts'
import { remat } from './remat.ts'
import { Sequential } from './sequential.ts'

const samples = Array.from({ length: 12 }, (_, i) => [Math.sin(i), Math.cos(2 * i), i / 12])
const targets = samples.map(([a, b]) => [a! - b!])

/** A model with random numbers, state, penalties and nested layers. */
function model(wrap: <T>(layer: T) => T) {
  const block = () =>
    new Sequential([
      new Dense({ units: 5, activation: 'tanh', activityRegularizer: 'l2' }),
      new BatchNormalization(),
      new Dropout({ rate: 0.3 }),
    ])
  const made = new Sequential([wrap(block()), wrap(wrap(block())), wrap(new Dense({ units: 1 }))], { seed: 4 })
  made.compile({ optimizer: new SGD({ learningRate: 0.05 }), loss: new MeanSquaredError() })
  return made
}

const plain = <T>(layer: T): T => layer
const recomputed = <T>(layer: T): T => remat(layer as never)

describe.each([
  ['cpu', backends.cpu],
  ['wasm', backends.wasm],
] as const)('remat on %s', (_, backend) => {
  beforeAll(async () => {
    await useBackend(await backend())
  })

  it('trains as without it', async () => {
    const [a, b] = [model(plain), model(recomputed)]
    const options = { epochs: 3, batchSize: 4, verbose: 0 } as const
    const [of, and] = [await a.fit(samples, targets, options), await b.fit(samples, targets, options)]
    and.history.loss!.forEach((value, index) => expect(value).toBeCloseTo(of.history.loss![index]!, 5))
    const [before, after] = [await a.getWeights(), await b.getWeights()]
    before.forEach(({ data }, index) =>
      data.forEach((value, at) => expect(after[index]!.data[at]).toBeCloseTo(value as number, 5)),
    )
  })

  it('keeps masks', async () => {
    const sequence = (wrap: <T>(layer: T) => T) => {
      const made = new Sequential(
        [wrap(new Embedding({ inputDim: 5, outputDim: 3, maskZero: true })), new GRU({ units: 2 })],
        {
          seed: 2,
        },
      )
      made.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
      return made.fit([[1, 2, 0, 0]], [[1, 0]], { verbose: 0, epochs: 2 })
    }
    const [of, and] = [await sequence(plain), await sequence(recomputed)]
    and.history.loss!.forEach((value, index) => expect(value).toBeCloseTo(of.history.loss![index]!, 6))
  })
})

describe('remat', () => {
  it('shrinks the memory of a step', async () => {
    const bytes = async (wrap: <T>(layer: T) => T) => {
      const backend = await backends.cpu()
      return onBackend(backend, () => {
        const block = () =>
          wrap(new Sequential(Array.from({ length: 4 }, () => new Dense({ units: 16, activation: 'gelu' }))))
        const layer = new Sequential([block(), block(), block(), block()])
        const variables = initLayer(layer, [256, 16], new Rng(1))
        const loss = (params: typeof variables.params, x: Tensor) => {
          const { outputs } = statelessCall(layer, { ...variables, params }, x, { training: true })
          return sum(outputs as Tensor)
        }
        const x = tensor(Array.from({ length: 256 }, () => Array.from({ length: 16 }, () => 1)))
        return planMemory(simplify(trace(grad(loss) as never, [variables.params, x]).graph)).arenaBytes
      })
    }
    expect(await bytes(recomputed)).toBeLessThan(0.6 * (await bytes(plain)))
  })

  it('takes a list of layers', () => {
    const layers = [new Dense({ units: 1 }), new Dense({ units: 2 })]
    expect(remat(layers)).toBe(layers)
  })
})
