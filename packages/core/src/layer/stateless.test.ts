import { grad, valueAndGrad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { compile } from '@gradus/graph'
import { BatchNormalization, Dense, Dropout, MultiHeadAttention } from '@gradus/layers'
import { add, matmul, mean, mul, square, sub, sum, type Tensor, tensor, treeMap, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Rng } from '../rng.ts'
import type { Scope } from './base-layer.ts'
import { Layer } from './layer.ts'
import { initLayer, statelessCall, type VariableTrees } from './stateless.ts'
import { type LayerTrees, variablesOf } from './variables.ts'

await useBackend(cpu())

class Network extends Layer {
  readonly hidden = new Dense({ units: 4, activation: 'tanh' })
  readonly norm = new BatchNormalization({ momentum: 0.5 })
  readonly head = new Dense({ units: 1, activityRegularizer: 'l2' })
  apply(x: Tensor, scope: Scope<this>): Tensor {
    scope.addLoss(mul(sum(x), 0))
    return scope.call(this.head, scope.call(this.norm, scope.call(this.hidden, x)))
  }
}

const x = tensor([
  [1, 2],
  [3, -1],
  [0, 1],
])
const y = tensor([[1], [0], [2]])

describe('initLayer', () => {
  it('makes variables and does not keep them', () => {
    const layer = new Network()
    const { params, state } = initLayer(layer, [3, 2], new Rng(1))
    expect(Object.keys(params)).toEqual(['', 'hidden', 'norm', 'head'])
    expect((params['hidden'] as { kernel: Tensor }).kernel.shape).toEqual([2, 4])
    expect((state['norm'] as { movingMean: Tensor }).movingMean.array()).toEqual([0, 0, 0, 0])
    expect(variablesOf(layer.hidden)).toBeUndefined()
  })

  it('takes the shapes and dtypes of several inputs', () => {
    class Gather extends Layer<object, { table: Tensor }> {
      override init(_rng: Rng, shape: unknown) {
        const { values } = shape as { values: readonly number[] }
        return { table: tensor(new Array(values[1]).fill(0)) }
      }
      apply({ values, indices }: { values: Tensor; indices: Tensor }): Tensor {
        return indices.dtype === 'int32' ? values : mul(values, Number.NaN)
      }
    }
    const shapes = { values: [1, 5], indices: [1, 2] }
    const { params } = initLayer(new Gather(), shapes, new Rng(1), { dtypes: ['float32', 'int32'] })
    expect((params[''] as { table: Tensor }).table.shape).toEqual([5])
  })
})

it('makes variables for calls with required options', () => {
  class Reading extends Layer<object, { kernel: Tensor }, {}, { readonly memory: Tensor }> {
    static override readonly callFields = { memory: 'unknown' } as const
    override init() {
      return { kernel: tensor([2, 3]) }
    }
    apply(value: Tensor, { params, options }: Scope<this>): Tensor {
      return add(mul(value, params.kernel), mean(options.memory!, { axis: 1 }))
    }
  }
  const [layer, memory] = [new Reading(), tensor([[[1, 2]]])]
  const variables = initLayer(layer, [1, 2], new Rng(1), { options: { memory } })
  const { outputs } = statelessCall(layer, variables, tensor([[1, 1]]), { memory })
  expect((outputs as Tensor).array()).toEqual([[3, 5]])
  expect(() => initLayer(layer, [1, 2], new Rng(1), { options: { memry: memory } as never })).toThrow(
    "A call of Reading has no option 'memry'.",
  )
})

describe('statelessCall', () => {
  const layer = new Network()
  const variables = initLayer(layer, [3, 2], new Rng(1))

  it('returns outputs, new state and losses, and changes nothing', () => {
    const { outputs, state, losses } = statelessCall(layer, variables, x, { training: true })
    expect((outputs as Tensor).shape).toEqual([3, 1])
    const movingMean = ({ norm }: LayerTrees) => (norm as { movingMean: Tensor }).movingMean.array()
    expect(movingMean(state)).not.toEqual([0, 0, 0, 0])
    expect(movingMean(variables.state)).toEqual([0, 0, 0, 0])
    expect(losses).toHaveLength(2)
    // states that no call sets are unchanged
    expect(statelessCall(layer, variables, x).state).toEqual(variables.state)
    expect(variablesOf(layer)).toBeUndefined()
  })

  it('is differentiated by parameters at any depth and by inputs', () => {
    const loss = (params: LayerTrees, input: Tensor) => {
      const { outputs, losses } = statelessCall(layer, { ...variables, params }, input, { training: true })
      return losses.reduce((total, part) => add(total, part), mean(square(sub(outputs as Tensor, y))))
    }
    const gradients = grad(loss)(variables.params, x) as unknown as Record<string, { kernel: Tensor }>
    const { kernel } = gradients['hidden']!
    const moved = (by: number) => {
      const values = [...(variables.params['hidden'] as { kernel: Tensor }).kernel.dataSync()]
      values[3]! += by
      const hidden = { ...(variables.params['hidden'] as object), kernel: tensor(values, { shape: [2, 4] }) }
      return loss({ ...variables.params, hidden: hidden as never }, x).item() as number
    }
    const expected = (moved(1e-2) - moved(-1e-2)) / 2e-2
    expect(kernel.dataSync()[3]).toBeCloseTo(expected, 3)
    expect(Math.abs(expected)).toBeGreaterThan(1e-3)
    const byInput = grad((input: Tensor) => loss(variables.params, input))(x)
    expect(byInput.shape).toEqual([3, 2])
  })

  it('is compiled into a train step that reduces the loss and carries the state', () => {
    const step = compile(({ params, state }: VariableTrees, input: Tensor, target: Tensor, key: Tensor) => {
      let next = state
      const loss = (weights: LayerTrees): Tensor => {
        const result = statelessCall(layer, { params: weights, state }, input, { training: true, rng: new Rng(key) })
        next = result.state
        return mean(square(sub(result.outputs as Tensor, target)))
      }
      const [value, gradients] = valueAndGrad(loss)(params)
      const moved = treeMap((weight, gradient) => sub(weight, mul(gradient!, 0.1)), params, gradients)
      return { variables: { params: moved, state: next }, value }
    })
    let now: VariableTrees = variables
    const losses: number[] = []
    for (let i = 0; i < 20; i++) {
      const result = step(now, x, y, new Rng(i).key)
      now = result.variables
      losses.push(result.value.item() as number)
    }
    expect(losses[19]!).toBeLessThan(0.2 * losses[0]!)
    expect(step.traces).toBe(1)
    const { movingVariance } = now.state['norm'] as { movingVariance: Tensor }
    expect(movingVariance.array()).not.toEqual([1, 1, 1, 1])
    // a compiled call equals an eager one
    const eager = statelessCall(layer, now, x, { training: true })
    const compiled = compile((given: VariableTrees, input: Tensor) =>
      statelessCall(layer, given, input, { training: true }),
    )
    const again = compiled(now, x)
    ;(again.outputs as Tensor).dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo((eager.outputs as Tensor).dataSync()[i]!, 5)
    })
  })

  it('draws from the stream that it is given', () => {
    const dropout = new Dropout({ rate: 0.5 })
    const none = initLayer(dropout, [3, 2], new Rng(1))
    const run = (seed: number) =>
      String(
        statelessCall(dropout, none, matmul(x, x, { transposeB: true }), { training: true, rng: new Rng(seed) })
          .outputs,
      )
    expect(run(1)).toBe(run(1))
    expect(new Set([1, 2, 3, 4, 5].map(run)).size).toBeGreaterThan(1)
  })

  it('works before the first call of a layer that makes sublayers for its input shape', () => {
    const make = () => new MultiHeadAttention({ numHeads: 2, keyDim: 2 })
    const first = make()
    const sequence = tensor([
      [
        [1, 2, 3],
        [0, 1, 0],
      ],
    ])
    const made = initLayer(first, sequence.shape, new Rng(1))
    const expected = statelessCall(first, made, sequence).outputs as Tensor
    const copy = make()
    expect((statelessCall(copy, made, sequence).outputs as Tensor).array()).toEqual(expected.array())
  })

  it('refuses options that the layer does not have', () => {
    expect(() => statelessCall(layer, variables, x, { trianing: true } as never)).toThrow(
      "A call of Network has no option 'trianing'. Did you mean 'training'?",
    )
  })
})
