import { cpu } from '@gradus/backend-cpu'
import { activation, input, maskOf, Registry, type Scope } from '@gradus/core'
import { add, mul, square, type Tensor, tensor, useBackend, zeros } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { relu } from '../activations/index.ts'
import { Dense } from './dense.ts'
import { Embedding } from './embedding.ts'
import { Identity } from './identity.ts'
import { Lambda } from './lambda.ts'
import { Masking } from './masking.ts'
import { ReversibleEmbedding } from './reversible-embedding.ts'
import { TernaryDense } from './ternary-dense.ts'
import { Wrapper } from './wrapper.ts'

await useBackend(cpu())

const rows = { inputShape: [2, 3], expectedOutputShape: [2, 3], expectedParams: 0 } as const

testLayer(Identity, { ...rows, supportsMasking: true })
testLayer(Masking, {
  ...rows,
  inputShape: [2, 3, 4],
  expectedOutputShape: [2, 3, 4],
  supportsMasking: true,
  invalidInputShape: [3],
})
testLayer(() => new Lambda({ function: square }), { ...rows, supportsMasking: false })
testLayer(TernaryDense, {
  config: { units: 2, threshold: 0.1, activation: 'tanh' },
  inputShape: [2, 3],
  expectedOutputShape: [2, 2],
  expectedParams: 8,
  supportsMasking: true,
  invalidInputShape: [3],
  skip: { 'gradients agree with finite differences': 'the gradient of the signs is that of the kernel' },
})
for (const tieWeights of [true, false]) {
  testLayer(ReversibleEmbedding, {
    config: { inputDim: 5, outputDim: 3, tieWeights },
    inputShape: [2, 4],
    inputDtype: 'int32',
    expectedOutputShape: [2, 4, 3],
    expectedParams: tieWeights ? 15 : 30,
    supportsMasking: false,
    skip: {
      'gradients agree with finite differences': 'tested for Embedding; without tieWeights a parameter is not used',
    },
  })
}

describe('Identity', () => {
  it('keeps structures and masks', () => {
    const mask = tensor([[true, false]])
    const [a, b] = new Identity().callAll<Tensor[]>([zeros([1, 2]), zeros([1, 2])], { mask: [undefined, mask] })
    expect([maskOf(a!), maskOf(b!)]).toEqual([undefined, mask])
  })
})

describe('Masking', () => {
  it('gives the mask to later layers', () => {
    const x = tensor([
      [
        [0, 1],
        [0, 0],
      ],
    ])
    const y = new Masking().call(x)
    expect(maskOf(y)?.array()).toEqual([[true, false]])
    expect(maskOf(new Dense({ units: 2 }).call(y))?.array()).toEqual([[true, false]])
  })
})

describe('Lambda', () => {
  const double = activation('acme/double', { by: { type: 'number', default: 2 } }, (x, { by }) => mul(x, by))
  const registry = new Registry<typeof Lambda | typeof relu | typeof double>([Lambda, relu, double])
  const x = tensor([[-1, 3]])

  it('takes named functions, which are saved by name', () => {
    const layer = new Lambda({ function: double, arguments: { by: 3 } })
    expect(layer.call(x).array()).toEqual([[-3, 9]])
    expect(layer.toSpec()).toEqual({ layer: 'Lambda', function: 'acme/double', arguments: { by: 3 } })
    const again = registry.parse('layer', layer.toSpec()) as Lambda
    expect(again.call(x).array()).toEqual([[-3, 9]])
    expect(
      (registry.parse('layer', { layer: 'Lambda', function: 'relu', arguments: {} }) as Lambda).call(x).array(),
    ).toEqual([[0, 3]])
  })

  it('takes functions given in code', () => {
    const layer = new Lambda({
      function: (given: Tensor, { training, by }) => (training ? given : mul(given, by as number)),
      arguments: { by: 5 },
    })
    expect(layer.call(x).array()).toEqual([[-5, 15]])
    expect(layer.call(x, { training: true }).array()).toEqual([[-1, 3]])
    const sum = new Lambda({ function: ([a, b]: readonly Tensor[]) => add(a!, b!) })
    expect(sum.call([x, x]).array()).toEqual([[-2, 6]])
    expect(sum.call([input({ shape: [null, 2] }), input({ shape: [null, 2] })]).shape).toEqual([null, null, 2])
    expect(new Lambda({ function: add, arguments: [1] }).call(x).array()).toEqual([[0, 4]])
    expect(() => layer.toSpec()).toThrow('Lambda.function is a function, which cannot be saved as data.')
  })

  it('has a mask if it is given one', () => {
    const mask = tensor([[true, false]])
    const passes = new Lambda({ function: square, mask: (_, given) => given })
    expect(maskOf(passes.call(x, { mask }))).toBe(mask)
    expect(maskOf(new Lambda({ function: square, mask }).call(x))?.array()).toEqual([[true, false]])
    expect(maskOf(new Lambda({ function: square }).call(x, { mask }))).toBeUndefined()
  })

  it('checks the shape of the output', () => {
    expect(new Lambda({ function: square, outputShape: [null] }).call(x).shape).toEqual([1, 2])
    expect(() => new Lambda({ function: square, outputShape: [3] }).call(x)).toThrow(
      "Lambda: 'outputShape' is [3], without the batch, and the function returned [1, 2].",
    )
  })

  it('refuses names that nothing has', () => {
    expect(() => registry.parse('layer', { layer: 'Lambda', function: 'gone' })).toThrow(
      "layer.function is the name 'gone', and there is no operation or activation with it here.",
    )
    expect(() => new Lambda({} as never)).toThrow("Lambda needs the option 'function'")
  })
})

describe('TernaryDense', () => {
  it('multiplies by signs, scaled by the mean size', () => {
    const layer = new TernaryDense({ units: 1, useBias: false, kernelInitializer: 'ones' })
    expect(layer.call(tensor([[1, 2]])).array()).toEqual([[3]])
    expect(() => new TernaryDense({ units: 1, threshold: -1 })).toThrow(
      "'threshold' must be a number at least 0 and is -1",
    )
  })
})

describe('Embedding', () => {
  const table = [
    [1, 2],
    [3, 4],
  ]
  const indices = tensor([1], { dtype: 'int32' })

  it('takes its weights as rows, in a list, and as a tensor', () => {
    for (const weights of [table, [table], tensor(table), [tensor(table)]]) {
      const layer = new Embedding({ inputDim: 2, outputDim: 2, weights })
      expect(layer.call(indices).array()).toEqual([[3, 4]])
      const spec = JSON.parse(JSON.stringify(layer.toSpec())) as object
      const again = new Registry<typeof Embedding>([Embedding]).parse('layer', spec)
      expect(again.call(indices).array()).toEqual([[3, 4]])
    }
    expect(() => new Embedding({ inputDim: 2, outputDim: 2, weights: zeros([2, 3]) })).toThrow('has 2 rows of 3')
    expect(() => new Embedding({ inputDim: 2, outputDim: 2, weights: 'ones' as never })).toThrow(
      'must be rows of numbers',
    )
  })
})

describe('ReversibleEmbedding', () => {
  const config = {
    inputDim: 3,
    outputDim: 2,
    weights: [
      [1, 0],
      [0, 2],
      [3, 3],
    ],
  }
  const vectors = tensor([[[1, 2]]])

  it('projects back', () => {
    expect(new ReversibleEmbedding(config).call(vectors, { reverse: true }).array()).toEqual([[[1, 4, 9]]])
    const capped = new ReversibleEmbedding({ ...config, logitSoftCap: 2 }).call(vectors, { reverse: true })
    expect(capped.array()).toEqual([
      [[2 * Math.tanh(0.5), 2 * Math.tanh(2), 2 * Math.tanh(4.5)].map((y) => expect.closeTo(y, 5))],
    ])
    const half = new ReversibleEmbedding({ ...config, dtype: 'mixedFloat16', reverseDtype: 'float32' })
    expect(half.call(tensor([[1]], { dtype: 'int32' })).dtype).toBe('float16')
    expect(half.call(vectors, { reverse: true }).dtype).toBe('float32')
    expect(() => new ReversibleEmbedding(config).call(zeros([1, 3]), { reverse: true })).toThrow(
      'ReversibleEmbedding expects with reverse: true an input of shape [batch, ..., 2] and got [1, 3].',
    )
  })

  it('masks index 0 of indices only', () => {
    const layer = new ReversibleEmbedding({ ...config, maskZero: true })
    const y = layer.call(tensor([[0, 1]], { dtype: 'int32' }))
    expect(maskOf(y)?.array()).toEqual([[false, true]])
    expect(maskOf(layer.call(y, { reverse: true }))).toBeUndefined()
  })

  it('works in a functional model', () => {
    const layer = new ReversibleEmbedding(config)
    const indicesOf = input({ shape: [null], dtype: 'int32' })
    expect(layer.call(layer.call(indicesOf), { reverse: true }).shape).toEqual([null, null, 3])
  })
})

describe('Wrapper', () => {
  class Doubled extends Wrapper {
    static readonly type = 'acme/Doubled'
    static override readonly fields = {}
    override apply(x: Tensor, scope: Scope<this>): Tensor {
      return mul(scope.call(this.options.layer, x), 2)
    }
  }
  class Same extends Wrapper {
    static readonly type = 'acme/Same'
    static override readonly fields = {}
  }
  it('holds a layer', () => {
    const layer = new Dense({ units: 1, kernelInitializer: 'ones' })
    expect(new Doubled({ layer }).call(tensor([[1, 2]])).array()).toEqual([[6]])
    expect(new Same({ layer }).call(tensor([[1, 2]])).array()).toEqual([[3]])
    expect(new Same({ layer }).toSpec()).toMatchObject({ layer: 'acme/Same', inner: { layer: 'Dense' } })
    expect(new Same({ layer: new Embedding({ inputDim: 2, outputDim: 2 }) }).inputDType).toBe('int32')
    expect(() => new Same({ layer: 3 as never })).toThrow("Same: 'layer' must be a layer and is 3.")
  })
})
