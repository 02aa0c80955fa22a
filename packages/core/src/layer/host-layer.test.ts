import { cpu } from '@gradus/backend-cpu'
import { ones, type Shape, type SymbolicDType, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import type { Batch, HostValues } from '../data/dataset.ts'
import { toHostValues } from '../data/host-values.ts'
import { HostLayer } from './host-layer.ts'
import { input } from './input.ts'

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

const expected = { data: Int32Array.of(1, 3), shape: [1, 2], dtype: 'int32' }

describe('a layer that works on the host', () => {
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

  it('gives strings by process only', () => {
    expect(new Upper().process(['a'])).toEqual({ data: ['A'], shape: [1], dtype: 'string' })
    expect(() => new Upper().call(['a'])).toThrow(
      'test/Upper.call gives a tensor, and its output is strings. Use process(...) instead.',
    )
  })

  it('has a shape and a dtype in a model', () => {
    const words = input({ shape: [null, 2], inputDtype: 'string' })
    const output = new Lengths().call(new Upper().call(words))
    expect({ shape: output.shape, dtype: output.dtype }).toEqual({ shape: [null, null, 2], dtype: 'int32' })
  })

  it('refuses tensors', () => {
    expect(() => new Lengths().call(ones([2]))).toThrow(
      "test/Lengths works on the host, not on tensors. Give it arrays, as in layer.call([['a']]) or layer.process(...), or let it stand at the front of a model.",
    )
  })
})
