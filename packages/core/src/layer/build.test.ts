import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { compile } from '@gradus/graph'
import { BatchNormalization, Dense, Dropout, GRU, LSTM } from '@gradus/layers'
import {
  add,
  matmul,
  memory,
  mul,
  randomKey,
  randomNormal,
  sum,
  type Tensor,
  tensor,
  tidy,
  useBackend,
} from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../errors.ts'
import { Rng } from '../rng.ts'
import type { Scope } from './base-layer.ts'
import { Layer } from './layer.ts'
import { readVariables, variablesOf, writeVariables } from './variables.ts'

await useBackend(cpu())

const x = tensor([
  [1, 4],
  [3, 8],
])

const movingMeanOf = (layer: Layer) => (variablesOf(layer)!.state as { movingMean: Tensor }).movingMean

describe('a call on values', () => {
  it('makes the weights in the first call and keeps them', () => {
    const layer = new Dense({ units: 3 })
    const [first, second] = [layer.call(x), layer.call(x)]
    expect(first.array()).toEqual(second.array())
    const { kernel } = variablesOf(layer)!.params as { kernel: Tensor }
    expect(first.array()).toEqual(matmul(x, kernel).array())
    expect(() => layer.call(tensor([[1]]))).toThrow('Dense expects an input of shape [batch, ..., 2] and got [1, 1].')
  })

  it('takes the initial weights from the given stream', () => {
    const kernel = (seed: number) => {
      const layer = new Dense({ units: 3 })
      layer.call(x, { rng: new Rng(seed) })
      return String((variablesOf(layer)!.params as { kernel: Tensor }).kernel)
    }
    expect(kernel(1)).toBe(kernel(1))
    expect(kernel(1)).not.toBe(kernel(2))
  })

  it('keeps the state of calls that are part of training', () => {
    const layer = new BatchNormalization({ momentum: 0.5 })
    layer.call(x)
    expect(movingMeanOf(layer).array()).toEqual([0, 0])
    layer.call(x, { training: true })
    expect(movingMeanOf(layer).array()).toEqual([1, 3])
    layer.call(x, { training: true })
    expect(movingMeanOf(layer).array()).toEqual([1.5, 4.5])
    layer.call(x, { training: false })
    expect(movingMeanOf(layer).array()).toEqual([1.5, 4.5])
  })

  it('keeps the state of nested layers at any depth', () => {
    class Block extends Layer<{ readonly inner: Layer }> {
      apply(value: Tensor, scope: Scope<this>): Tensor {
        return scope.call(this.config.inner, value)
      }
    }
    const norm = new BatchNormalization({ momentum: 0 })
    const layer = new Block({ inner: new Block({ inner: norm }) })
    layer.call(x, { training: true })
    expect(movingMeanOf(norm).array()).toEqual([2, 6])
    expect(Object.keys(readVariables(layer).state)).toEqual(['inner.inner'])
    // a frozen layer keeps its statistics, as in Keras
    layer.trainable = false
    layer.call(mul(x, 10), { training: true })
    expect(movingMeanOf(norm).array()).toEqual([2, 6])
  })

  it('continues from the state of the previous call', () => {
    const layer = new LSTM({ units: 2, stateful: true, returnSequences: true })
    const sequence = randomNormal(randomKey(1), [2, 4, 3])
    const parts = [0, 1].map((index) => {
      const half = tensor((sequence.array() as number[][][]).map((steps) => steps.slice(2 * index, 2 * index + 2)))
      return layer.call(half).array() as number[][][]
    })
    const whole = new LSTM({ units: 2, returnSequences: true })
    whole.call(sequence)
    writeVariables(whole, { params: { cell: variablesOf(layer.cell)!.params } })
    const expected = whole.call(sequence).array() as number[][][]
    parts[1]!.flat(2).forEach((value, i) => {
      expect(value).toBeCloseTo(expected.map((steps) => steps.slice(2)).flat(2)[i]!, 6)
    })
  })

  it('frees intermediate tensors and keeps weights and state', () => {
    class Long extends Layer {
      readonly norm = new BatchNormalization()
      apply(value: Tensor, scope: Scope<this>): Tensor {
        return mul(add(scope.call(this.norm, value), 1), 2)
      }
    }
    const layer = new Long()
    layer.call(x).dispose()
    const before = memory().buffers
    for (let i = 0; i < 3; i++) layer.call(x).dispose()
    expect(memory().buffers).toBe(before)
    // training replaces the two statistics; the old tensors stay, because other code may hold them
    layer.call(x, { training: true }).dispose()
    expect(memory().buffers).toBe(before + 2)
    // weights and state live on where `tidy` frees everything else
    const fresh = new Long()
    tidy(() => {
      fresh.call(x, { training: true })
    })
    expect(fresh.call(x).array()).toBeDefined()
    expect(movingMeanOf(fresh.norm).array()).toHaveLength(2)
  })

  it('draws different numbers at each call unless it is given an rng', () => {
    const dropout = new Dropout({ rate: 0.5 })
    const ones = tensor(new Array(64).fill(1), { shape: [1, 64] })
    const draw = (seed?: number) =>
      String(dropout.call(ones, { training: true, ...(seed !== undefined && { rng: new Rng(seed) }) }).array())
    expect(draw(1)).toBe(draw(1))
    expect(draw()).not.toBe(draw())
  })

  it('makes the weights of layers that are called in training only if the first call is part of training', () => {
    class Auxiliary extends Layer {
      readonly main = new Dense({ units: 1, kernelInitializer: 'ones' })
      readonly extra = new Dense({ units: 1, kernelInitializer: 'ones' })
      apply(value: Tensor, scope: Scope<this>): Tensor {
        const y = scope.call(this.main, value)
        return scope.training ? add(y, scope.call(this.extra, value)) : y
      }
    }
    const layer = new Auxiliary()
    expect(layer.call(x, { training: true }).array()).toEqual([[10], [22]])
    expect(layer.call(x).array()).toEqual([[5], [11]])
    const late = new Auxiliary()
    expect(late.call(x).array()).toEqual([[5], [11]])
    expect(() => late.call(x, { training: true })).toThrow(
      'Dense has no variables, because it is called for the first time after those of its outer layer were made.',
    )
  })
})

describe('a call on values inside', () => {
  it('a gradient is differentiated', () => {
    const layer = new Dense({ units: 1, kernelInitializer: 'ones' })
    const gradient = grad((value: Tensor) => sum(mul(layer.call(value), 3)))(x)
    expect(gradient.array()).toEqual([
      [3, 3],
      [3, 3],
    ])
    const norm = new BatchNormalization({ momentum: 0 })
    grad((value: Tensor) => sum(norm.call(value, { training: true })))(x)
    expect(movingMeanOf(norm).array()).toEqual([2, 6])
  })

  it('a compiled function uses the weights that the layer keeps', () => {
    const layer = new Dense({ units: 1, kernelInitializer: 'ones' })
    const run = compile((value: Tensor) => layer.call(value))
    expect(run(x).array()).toEqual([[5], [11]])
    expect((variablesOf(layer)!.params as { kernel: Tensor }).kernel.array()).toEqual([[1], [1]])
    expect(layer.call(x).array()).toEqual([[5], [11]])
  })

  it('a compiled function cannot change the state', () => {
    const layer = new BatchNormalization({ momentum: 0.5 })
    const run = compile((value: Tensor) => layer.call(value, { training: true }))
    expect(() => run(x)).toThrow(
      "BatchNormalization.call changes the layer's state, which has no value while a function is traced. Use statelessCall(layer, variables, inputs), which returns the new state.",
    )
    expect(() => run(x)).toThrow(ConfigError)
    expect(movingMeanOf(layer).array()).toEqual([0, 0])
    expect(compile((value: Tensor) => layer.call(value))(x).shape).toEqual([2, 2])
  })
})

describe('the variables of a layer share no tensor', () => {
  it('with outputs of a call that are its state', () => {
    const layer = new GRU({ units: 1, stateful: true, recurrentInitializer: 'ones', kernelInitializer: 'ones' })
    const steps = tensor([[[1], [2]]])
    const first = layer.call(steps)
    const value = first.item()
    first.dispose()
    expect(layer.call(steps).item()).toBeGreaterThan(Number(value))
  })

  it('with inputs that become its state, or outputs that are parameters', () => {
    class Previous extends Layer<object, { scale: Tensor }, { last: Tensor }> {
      static readonly type = 'test/Previous'
      override init() {
        return { scale: tensor(2) }
      }
      override initState() {
        return { last: tensor(0) }
      }
      apply(x: Tensor, scope: Scope<this>) {
        scope.setState({ last: x })
        return [scope.params.scale, mul(scope.params.scale, scope.state.last)]
      }
    }
    const layer = new Previous()
    const given = tensor(5)
    for (const x of layer.callAll<Tensor[]>(given)) x.dispose()
    given.dispose()
    expect(layer.callAll<Tensor[]>(tensor(1)).map((x) => x.item())).toEqual([2, 10])
  })

  it('with values that init was given, or with each other', () => {
    const pretrained = tensor([1, 2])
    class Twin extends Layer<object, { left: Tensor; right: Tensor }> {
      static readonly type = 'test/Twin'
      override init() {
        return { left: pretrained, right: pretrained }
      }
      apply(x: Tensor, { params }: Scope<this>) {
        return mul(add(x, params.left), params.right)
      }
    }
    const layers = [new Twin(), new Twin()]
    for (const layer of layers) layer.call(x)
    const tensors = layers.flatMap((layer) => Object.values(variablesOf(layer)!.params as Record<string, Tensor>))
    expect(new Set([...tensors, pretrained]).size).toBe(5)
    expect(tensors.map((value) => value.array())).toEqual(tensors.map(() => [1, 2]))
  })
})

describe('mistakes in a layer', () => {
  class Custom extends Layer {
    static readonly type = 'test/Custom'
    apply(value: Tensor, _scope: Scope<this>): Tensor {
      return value
    }
  }

  it.each<[string, Partial<Record<keyof Custom, unknown>>, string]>([
    ['init returns numbers', { init: () => ({ scale: 3 }) }, 'init returned 3; expected a tensor in scale.'],
    [
      'init returns nothing',
      { init: () => undefined },
      'init returned undefined; expected tensors by name. Is `return`',
    ],
    [
      'init is async',
      { init: async () => ({}) },
      'init returned a promise; expected tensors by name. It cannot be async.',
    ],
    [
      'initState returns a list of lists',
      { initState: () => ({ a: [[1]] }) },
      'returned 1; expected a tensor in a[0][0].',
    ],
    [
      'setState without initState',
      {
        apply: (value: Tensor, scope: Scope<Custom>) => {
          scope.setState({ sum: value } as never)
          return value
        },
      },
      'test/Custom calls setState with sum, and initState returned nothing. Both must have the same form.',
    ],
    [
      'addLoss of a number',
      {
        apply: (value: Tensor, scope: Scope<Custom>) => {
          scope.addLoss(3 as never)
          return value
        },
      },
      'test/Custom: addLoss takes a scalar tensor and was given 3.',
    ],
  ])('are named: %s', (_, methods, message) => {
    expect(() => Object.assign(new Custom(), methods).call(x)).toThrow(message)
  })

  it('are named: a mask that is not a tensor', () => {
    const call = () => new Custom().call(x, { mask: [[true, false]] as never })
    expect(call).toThrow("A call of test/Custom: 'mask' holds true; it must be a tensor of bools.")
  })
})
