import { valueAndGrad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { initLayer, type LayerTrees, Rng, statelessCall } from '@gradus/core'
import { compile } from '@gradus/graph'
import { Adam } from '@gradus/optimizers'
import {
  add,
  memory,
  mul,
  randomKey,
  randomNormal,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  treeLeaves,
  useBackend,
  zeros,
} from '@gradus/tensor'
import { numberingOf, scanOp } from '@gradus/tensor/internals'
import { describe, expect, it } from 'vitest'
import { LSTM, type LSTMConfig } from './lstm.ts'

await useBackend(cpu())

const mask = tensor([
  [true, true, false, true],
  [false, true, false, true],
])

const flags: readonly Partial<LSTMConfig>[] = [
  {},
  { goBackwards: true },
  { zeroOutputForMask: true },
  { goBackwards: true, zeroOutputForMask: true },
  { dropout: 0.5, recurrentDropout: 0.4 },
  { stateful: true, useBias: false },
]
const configs = flags.flatMap((flag) =>
  [false, true].map((returnSequences): LSTMConfig => ({ units: 2, returnState: true, returnSequences, ...flag })),
)

describe.each(configs.map((config) => [JSON.stringify(config), config] as const))('an LSTM with %s', (_, config) => {
  it.each([false, true])('has the same outputs and gradients as a loop and unrolled (masked: %s)', (masked) => {
    const x = randomNormal(randomKey(1), [2, 4, 3])
    const { params } = initLayer(new LSTM({ biasInitializer: 'uniform', ...config }), x.shape, new Rng(9))

    /** A loss with a different weight for every output; also returns the outputs. */
    const loss = (unroll: boolean) => {
      const layer = new LSTM({ ...config, unroll })
      return (weights: LayerTrees, input: Tensor): [Tensor, Tensor[]] => {
        const { state } = initLayer(layer, input.shape, new Rng(1))
        const options = { rng: new Rng(3), training: true, ...(masked && { mask }) }
        const result = statelessCall(layer, { params: weights, state }, input, options)
        const outputs = treeLeaves([result.outputs, result.state])
        return [outputs.map((y, i) => sum(mul(square(sub(y, 0.3)), i + 1))).reduce((a, b) => add(a, b)), outputs]
      }
    }
    const run = (unroll: boolean) =>
      valueAndGrad(([weights, input]: readonly [LayerTrees, Tensor]) => loss(unroll)(weights, input))([params, x])
    const values = (tree: unknown) =>
      treeLeaves(tree).map((leaf) => ({ shape: leaf.shape, data: [...leaf.dataSync()] }))
    const [found, expected] = [run(false), run(true)].map(values) as [
      ReturnType<typeof values>,
      ReturnType<typeof values>,
    ]
    expect(found.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape))
    found.forEach(({ data }, index) => {
      data.forEach((value, i) =>
        expect(value, `tensor ${index}, element ${i}`).toBeCloseTo(expected[index]!.data[i]!, 5),
      )
    })
  })
})

describe('a train step of an LSTM', () => {
  const layer = new LSTM({ units: 3, returnSequences: true, dropout: 0.2, recurrentDropout: 0.2 })
  const optimizer = new Adam({ learningRate: 0.01 })

  /** Forward pass, backward pass and update as one compiled function. */
  function trainStep() {
    const loss = (params: LayerTrees, x: Tensor) => {
      const { outputs } = statelessCall(layer, { params, state: {} }, x, { rng: new Rng(1), training: true })
      return sum(square(sub(outputs as Tensor, 0.5)))
    }
    return compile(
      (params: LayerTrees, state: ReturnType<typeof optimizer.init>, x: Tensor) => {
        const [value, gradients] = valueAndGrad(loss)(params, x)
        return [...optimizer.update(gradients, state, params), value] as const
      },
      { donate: [0, 1] },
    )
  }
  const start = () => initLayer(layer, [2, 5, 2], new Rng(1)).params

  it('has a graph of the same size for any number of time steps', () => {
    const graphOf = (steps: number) => trainStep().graph(start(), optimizer.init(start()), zeros([2, steps, 2]))
    const [short, long] = [graphOf(10), graphOf(1000)]
    expect(long.nodes.length).toBe(short.nodes.length)
    expect(numberingOf(long).avals.length).toBe(numberingOf(short).avals.length)
    expect(long.nodes.filter(({ op }) => op === scanOp)).toHaveLength(2)
  })

  it('reduces the loss over a long sequence in constant memory', () => {
    const step = trainStep()
    const x = randomNormal(randomKey(2), [2, 300, 2])
    let [params, state, value] = step(start(), optimizer.init(start()), x)
    const first = value.item() as number
    const before = memory().buffers
    for (let i = 0; i < 20; i++) {
      value.dispose()
      ;[params, state, value] = step(params, state, x)
    }
    expect(memory().buffers).toBe(before)
    expect(value.item()).toBeLessThan(0.9 * first)
    expect(step.traces).toBe(1)
  })
})
