import { add, cast, matmul, mean, type Shape, type Tensor, zeros } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Regularizer } from '../contracts/regularizer.ts'
import type { Rng } from '../rng.ts'
import { Input, input } from './input.ts'
import { Layer, type Scope, SymbolicTensor } from './layer.ts'

class Dense extends Layer<
  { readonly units: number; readonly kernelRegularizer?: Regularizer; readonly recurrentRegularizer?: Regularizer },
  { kernel: Tensor }
> {
  static readonly type = 'Dense'
  override init(_rng: Rng, shape: Shape) {
    return { kernel: zeros([shape.at(-1)!, this.config.units]) }
  }
  apply(x: Tensor, { params }: Scope<this>): Tensor {
    return matmul(x, params.kernel)
  }
}

class Sum extends Layer {
  static readonly type = 'Sum'
  override get supportsMasking(): boolean {
    return true
  }
  apply(inputs: readonly Tensor[]): Tensor {
    return inputs.reduce((a, b) => add(a, b))
  }
}

class Moments extends Layer {
  static readonly type = 'Moments'
  apply(x: Tensor): readonly Tensor[] {
    return [mean(x, { axis: -1 }), cast(x, 'int32')]
  }
}

class Penalty extends Regularizer {
  static readonly type = 'Penalty'
  loss(x: Tensor): Tensor {
    return x
  }
}

describe('call', () => {
  it('gives symbolic tensors that remember where they come from', () => {
    const x = input({ shape: [3], name: 'in' })
    const layer = new Dense({ units: 4 })
    const h = layer.call(x)
    expect(h).toBeInstanceOf(SymbolicTensor)
    expect(h.shape).toEqual([null, 4])
    expect(h.dtype).toBe('float32')
    expect(h.source).toMatchObject({ layer, many: false })
    expect(h.source.inputs).toEqual([x])
    expect(h.source.outputs).toEqual([h])
    expect(x.source.layer).toBeInstanceOf(Input)
    expect(x.source.layer.config.name).toBe('in')
  })

  it('lets one layer be called again, which is another call', () => {
    const layer = new Sum()
    const [a, b] = [input({ shape: [3] }), input({ shape: [1] })]
    const [first, second] = [layer.call([a, b]), layer.call([a])]
    expect(first.shape).toEqual([null, 3])
    expect(first.source.many && second.source.many).toBe(true)
    expect(first.source).not.toBe(second.source)
  })

  it('gives several outputs with callAll', () => {
    const outputs = new Moments().callAll(input({ shape: [null, 5] }))
    expect(outputs.map(({ shape, dtype }) => [shape, dtype])).toEqual([
      [[null, null], 'float32'],
      [[null, null, 5], 'int32'],
    ])
    expect(outputs[0]!.source).toBe(outputs[1]!.source)
    expect(() => new Moments().call(input({ shape: [5] }))).toThrow('Moments has 2 outputs; use callAll(...)')
  })

  it('refuses values and shapes that do not fit', () => {
    expect(() => new Dense({ units: 1 }).call([[1, 2]] as never)).toThrow('Dense.call takes symbolic tensors')
    const x = input({ shape: [null] })
    expect(() => new Dense({ units: 1 }).call(x)).toThrow('The layer Dense has parameters whose shape depends on')
    expect(() => new Sum().call([input({ shape: [2] }), input({ shape: [3] })])).toThrow(
      'The layer Sum cannot take an input of shape [null, 2] and [null, 3]: add: shapes',
    )
  })
})

describe('a layer', () => {
  it('has a trainable flag that config sets and code may change', () => {
    expect(new Sum().trainable).toBe(true)
    const layer = new Sum({ trainable: false })
    expect(layer.trainable).toBe(false)
    layer.trainable = true
    expect(layer.trainable).toBe(true)
    expect(layer.config.trainable).toBe(false)
  })

  it('finds the options that belong to a parameter', () => {
    const [kernel, recurrent] = [new Penalty(), new Penalty()]
    const layer = new Dense({ units: 1, kernelRegularizer: kernel, recurrentRegularizer: recurrent })
    expect(layer.regularizerOf('kernel')).toBe(kernel)
    expect(layer.regularizerOf('recurrentKernel')).toBe(recurrent)
    expect(layer.regularizerOf('bias')).toBeUndefined()
    expect(layer.constraintOf('kernel')).toBeUndefined()
  })

  it('hands a mask on where it supports masks', () => {
    const mask = { only: 'compared' } as unknown as Tensor
    const x = [] as readonly Tensor[]
    expect(new Sum().computeMask(x, mask)).toBe(mask)
    expect(new Sum().computeMask(x, [undefined, mask])).toBe(mask)
    expect(new Sum().computeMask(x, undefined)).toBeUndefined()
    expect(new Moments().computeMask(x, mask)).toBeUndefined()
  })

  it('takes float64 or indices where it says so', () => {
    expect([new Sum().dtype, new Sum().inputDType]).toEqual(['float32', 'float32'])
    expect(new Sum({ dtype: 'float64' }).inputDType).toBe('float64')
  })
})

describe('input', () => {
  it('puts the batch before the shape of a sample', () => {
    expect(input({ shape: [] }).shape).toEqual([null])
    expect(input({ shape: [null, 28] }).shape).toEqual([null, null, 28])
    expect(input({ shape: [2], inputDtype: 'int32' }).dtype).toBe('int32')
    expect(input({ shape: [2], dtype: 'float64' }).dtype).toBe('float64')
  })

  it('refuses what is no shape', () => {
    expect(() => input({ shape: [-1] })).toThrow(
      "InputLayer: 'shape' must list the dimensions of one sample, whole numbers or null, and is [-1]. Leave the batch out: [28, 28, 1].",
    )
    expect(() => input({ shape: [2.5] })).toThrow("'shape' must")
    expect(() => input({} as never)).toThrow("'shape' must")
    expect(() => input({ shape: [2], inputDtype: 'int8' as 'int32' })).toThrow(
      'must be one of "float16", "float32", "float64", "int32", "uint32", "bool" and is "int8"',
    )
  })
})
