import { cpu } from '@gradus/backend-cpu'
import { ones, type Shape, type SymbolicDType, SymbolicTensor, type Tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import type { Batch, HostValues } from '../data/dataset.ts'
import { toHostValues } from '../data/host-values.ts'
import { HostLayer } from './host-layer.ts'
import { input } from './input.ts'
import { Layer } from './layer.ts'

await useBackend(cpu())

class Lengths extends HostLayer {
  static readonly type = 'test/Lengths'

  processValues({ data, shape }: HostValues): HostValues {
    return { data: Int32Array.from(data as readonly string[], (text) => text.length), shape, dtype: 'int32' }
  }

  outputShape(shape: Shape): Shape {
    return shape
  }
}

class Upper extends HostLayer {
  static readonly type = 'test/Upper'

  override get outputDType(): SymbolicDType {
    return 'string'
  }

  processValues({ data, shape }: HostValues): HostValues {
    return { data: (data as readonly string[]).map((text) => text.toUpperCase()), shape, dtype: 'string' }
  }

  outputShape(shape: Shape): Shape {
    return shape
  }
}

/** Joins the strings of each row. */
class Joined extends Upper {
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
  static readonly type = 'test/Double'

  apply(x: Tensor): Tensor {
    return x
  }
}

const expected = { data: Int32Array.of(1, 3), shape: [1, 2], dtype: 'int32' }

describe('a layer that runs on the host', () => {
  it('processes nested arrays, host values and the input of a batch', () => {
    const layer = new Lengths()
    const batch: Batch = { x: toHostValues([['a', 'abc']], 'x') }
    expect(layer.process([['a', 'abc']])).toEqual(expected)
    expect(layer.process(batch.x)).toEqual(expected)
    expect(() => layer.process({ a: toHostValues(['a'], 'a') })).toThrow('test/Lengths takes one input')
    expect(() => layer.process([toHostValues(['a'], 'a')])).toThrow('test/Lengths takes one input')
  })

  it('gives a tensor when it is called with arrays', () => {
    const output = new Lengths().call([['a', 'abc']])
    expect({ array: output.array(), dtype: output.dtype }).toEqual({ array: [[1, 3]], dtype: 'int32' })
  })

  it('returns strings from `process` only', () => {
    expect(new Upper().process(['a'])).toEqual({ data: ['A'], shape: [1], dtype: 'string' })
    expect(() => new Upper().call(['a'])).toThrow(
      'test/Upper.call gives a tensor, and its output is strings. Use process(...) instead.',
    )
  })

  it('has a shape and a dtype in a model', () => {
    const words = input({ shape: [null, 2], dtype: 'string' })
    const output = new Lengths().call(new Upper().call(words))
    expect({ shape: output.shape, dtype: output.dtype }).toEqual({ shape: [null, null, 2], dtype: 'int32' })
  })

  it('preserves unknown dimensions and infers the others', () => {
    const words = input({ shape: [null], dtype: 'string' })
    const upper = new Upper().call(words)
    expect(upper).toBeInstanceOf(SymbolicTensor)
    expect([upper.dtype, upper.sizes]).toEqual(['string', words.sizes])
    expect(new Joined().call(words).shape).toEqual([null, 1])
    expect(() => new Double().call(words)).toThrow('test/Double takes numbers, and its input is strings.')
    expect(() => new Lengths().call(words, { rate: 1 } as never)).toThrow(
      "A call of test/Lengths has no option 'rate'.",
    )
  })

  it('prepares the input of a model, which other layers keep as it is', () => {
    const words = toHostValues([['a', 'abc']], 'x')
    expect(new Lengths().prepare(words)).toEqual(expected)
    expect(() => new Lengths().prepare({ a: words, b: words })).toThrow('test/Lengths takes one input')
    expect(new Double().prepare(words)).toBe(words)
  })

  it('has flags and dtypes for the host', () => {
    const layer = new Lengths()
    expect([layer.onHost, layer.takesStrings, layer.inputDType, layer.outputDType]).toEqual([
      true,
      true,
      'string',
      'int32',
    ])
    expect([new Double().onHost, new Double().takesStrings]).toEqual([false, false])
  })

  it('refuses ragged rows', () => {
    expect(() => new Lengths().call([['a'], ['b', 'c']])).toThrow('x[1] is ["b","c"]; expected 1 values')
  })

  it('refuses tensors', () => {
    expect(() => new Lengths().call(ones([2]))).toThrow(
      "test/Lengths runs on the host and takes no tensors. Give it arrays, as in layer.call([['a']]) or layer.process(...), or put it at the front of a model.",
    )
  })
})
