import { cpu } from '@gradus/backend-cpu'
import { type Shape, SymbolicTensor, Tensor, tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import type { HostValues } from '../data/dataset.ts'
import { isStringArray, toHostValues } from '../data/host-values.ts'
import { HostLayer } from './host-layer.ts'
import { input } from './input.ts'
import { Layer } from './layer.ts'

await useBackend(cpu())

/** The length of each string. */
class Lengths extends HostLayer<{ readonly pad?: number }> {
  static readonly type = 'acme/Lengths'
  static override readonly fields = { pad: { type: 'integer', default: 0 } } as const
  override processValues({ data, shape }: HostValues): HostValues {
    const { pad = 0 } = this.config
    return { data: Int32Array.from(data as string[], (text) => text.length + pad), shape, dtype: 'int32' }
  }
  override outputShape(shape: Shape): Shape {
    return shape
  }
}

/** Each string without its spaces: strings again. */
class Trimmed extends HostLayer {
  static readonly type = 'acme/Trimmed'
  override get outputDType() {
    return 'string' as const
  }
  override processValues(values: HostValues): HostValues {
    return isStringArray(values) ? { ...values, data: values.data.map((text) => text.trim()) } : values
  }
  override outputShape(shape: Shape): Shape {
    return shape
  }
}

/** The strings of a row as one. */
class Joined extends Trimmed {
  override processValues(values: HostValues): HostValues {
    const [rows, columns] = values.shape as [number, number]
    const data = Array.from({ length: rows }, (_, row) =>
      (values.data as string[]).slice(row * columns, (row + 1) * columns).join(' '),
    )
    return { data, shape: [rows, 1], dtype: 'string' }
  }
  override outputShape([batch]: Shape): Shape {
    return [batch!, 1]
  }
}

class Double extends Layer {
  static readonly type = 'acme/Double'
  apply(x: Tensor): Tensor {
    return x
  }
}

describe('a layer on the host', () => {
  it('makes tensors of strings when it is called', () => {
    const lengths = new Lengths().call([
      ['a', 'abc'],
      ['', 'ab'],
    ])
    expect(lengths).toBeInstanceOf(Tensor)
    expect([lengths.dtype, lengths.array()]).toEqual([
      'int32',
      [
        [1, 3],
        [0, 2],
      ],
    ])
    expect(new Lengths({ pad: 2 }).call({ data: ['a'], shape: [1], dtype: 'string' }).array()).toEqual([3])
    expect(() => new Trimmed().call([' a '])).toThrow(/strings/)
  })

  it('makes host values of host values in a pipeline and at the front of a model', () => {
    expect(new Trimmed().process([' a ', 'b'])).toEqual({ data: ['a', 'b'], shape: [2], dtype: 'string' })
    const words = toHostValues(['ab'], 'x')
    expect(new Lengths().prepare(words)).toEqual({ data: new Int32Array([2]), shape: [1], dtype: 'int32' })
    expect(() => new Lengths().prepare({ a: words, b: words })).toThrow(
      'acme/Lengths takes one input, and was given several.',
    )
    // what other layers are given goes through them untouched
    expect(new Double().prepare(words)).toBe(words)
  })

  it('says where it works and what it takes', () => {
    const layer = new Lengths()
    expect([layer.onHost, layer.takesStrings, layer.inputDType, layer.outputDType]).toEqual([
      true,
      true,
      'string',
      'int32',
    ])
    expect([new Double().onHost, new Double().takesStrings]).toEqual([false, false])
  })

  it('is called on symbolic tensors like every layer, strings included', () => {
    const words = input({ shape: [null], inputDtype: 'string' })
    const joined = new Joined().call(new Trimmed().call(words))
    expect(joined).toBeInstanceOf(SymbolicTensor)
    expect([joined.dtype, joined.shape]).toEqual(['string', [null, 1]])
    const lengths = new Lengths().call(joined)
    expect([lengths.dtype, lengths.shape]).toEqual(['int32', [null, 1]])
    expect(new Lengths().call(new Trimmed().call(words)).sizes).toEqual(words.sizes)
    expect(() => new Double().call(words)).toThrow('acme/Double takes numbers, and its input is strings.')
    expect(() => new Lengths().call(words, { rate: 1 } as never)).toThrow(
      "A call of acme/Lengths has no option 'rate'.",
    )
  })

  it('does not take tensors', () => {
    expect(() => new Lengths().call(tensor([1]))).toThrow(
      "acme/Lengths works on the host, not on tensors. Give it arrays, as in layer.call([['a']])",
    )
  })

  it('says what is wrong with the values', () => {
    expect(() => new Lengths().call([['a'], ['b', 'c']])).toThrow('x[1] is ["b","c"]; expected 1 values')
  })
})
