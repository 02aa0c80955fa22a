import { add, cast, matmul, mean, mul, type Shape, SymbolicTensor, Tensor, zeros } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../errors.ts'
import type { Rng } from '../rng.ts'
import type { InputShape, Scope } from './base-layer.ts'
import { callOf, callsOf, forgetCalls } from './call.ts'
import { input } from './input.ts'
import { Layer } from './layer.ts'

class Dense extends Layer<{ readonly units: number }, { kernel: Tensor }> {
  static readonly type = 'Dense'
  override init(_rng: Rng, shape: InputShape) {
    return { kernel: zeros([(shape as Shape).at(-1)!, this.config.units]) }
  }
  apply(x: Tensor, { params }: Scope<this>): Tensor {
    return matmul(x, params.kernel)
  }
}

class Sum extends Layer {
  static readonly type = 'Sum'
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

/** Returns a sequence and states, like a recurrent layer. */
class Recurrent extends Layer<object, {}, {}, { readonly initialState: readonly [Tensor, Tensor] }> {
  static readonly type = 'Recurrent'
  static override readonly callFields = { initialState: 'unknown' } as const
  apply(x: Tensor, { options }: Scope<this>): readonly [Tensor, [Tensor, Tensor]] {
    const last = mean(x, { axis: 1 })
    const [h, c] = options.initialState ?? [last, last]
    return [x, [add(last, h), add(last, c)]]
  }
}

class Named extends Layer {
  static readonly type = 'Named'
  apply({ left, right }: { readonly left: Tensor; readonly right: readonly Tensor[] }) {
    return { total: add(left, right[0]!), parts: { left, right } }
  }
}

describe('a symbolic call', () => {
  it('gives symbolic tensors that know their call', () => {
    const x = input({ shape: [3], name: 'in' })
    const layer = new Dense({ units: 4 })
    const h = layer.call(x)
    expect(h).toBeInstanceOf(SymbolicTensor)
    expect(h.shape).toEqual([null, 4])
    expect(h.dtype).toBe('float32')
    const call = callOf(h)
    expect(call.layer).toBe(layer)
    expect(call.inputs).toBe(x)
    expect(call.options).toEqual({})
    expect(call.outputs).toBe(h)
    expect(call.results).toEqual([h])
    expect(call.tensors).toEqual([x])
  })

  it('of a layer that was called before is another call', () => {
    const layer = new Sum()
    const [a, b] = [input({ shape: [3] }), input({ shape: [1] })]
    const [first, second] = [layer.call([a, b]), layer.call([a])]
    expect(first.shape).toEqual([null, 3])
    expect(callOf(first).inputs).toEqual([a, b])
    expect(callOf(second).inputs).toEqual([a])
    expect(callOf(first)).not.toBe(callOf(second))
  })

  it('is found by its layer until the calls are removed', () => {
    const layer = new Sum()
    const x = input({ shape: [3] })
    expect(() => layer.output).toThrow('Sum has no output yet: it was not called on symbolic tensors.')
    const first = layer.call([x, x])
    expect(layer.output).toBe(first)
    const second = layer.call([x])
    expect(callsOf(layer).map(({ outputs }) => outputs)).toEqual([first, second])
    expect(() => layer.output).toThrow('Sum was called 2 times, so it has several outputs.')
    forgetCalls([layer])
    expect(callsOf(layer)).toEqual([])
  })

  it('gives several outputs with callAll', () => {
    const outputs = new Moments().callAll(input({ shape: [null, 5] }))
    expect(outputs.map(({ shape, dtype }) => [shape, dtype])).toEqual([
      [[null, null], 'float32'],
      [[null, null, 5], 'int32'],
    ])
    expect(callOf(outputs[0]!)).toBe(callOf(outputs[1]!))
    expect(() => new Moments().call(input({ shape: [5] }))).toThrow('Moments has 2 outputs; use callAll(...)')
  })

  it('gives outputs in the structure that the layer returns', () => {
    type Outputs = [SymbolicTensor, [SymbolicTensor, SymbolicTensor]]
    const x = input({ shape: [null, 4] })
    const [sequence, [h, c]] = new Recurrent().callAll<Outputs>(x)
    expect([sequence.shape, h.shape, c.shape]).toEqual([
      [null, null, 4],
      [null, 4],
      [null, 4],
    ])
    expect(callOf(h).results).toEqual([sequence, h, c])
    expect(callOf(h).outputs).toEqual([sequence, [h, c]])

    const made = new Named().callAll<Record<string, unknown>>({ left: h, right: [c] })
    expect(made).toMatchObject({ total: { shape: [null, 4] }, parts: { left: {}, right: [{ shape: [null, 4] }] } })
    expect(callOf(made['total'] as SymbolicTensor).inputs).toEqual({ left: h, right: [c] })
  })

  it('records its options, including symbolic tensors', () => {
    const [x, state] = [input({ shape: [null, 4] }), input({ shape: [4] })]
    const [sequence] = new Recurrent().callAll(x, { initialState: [state, state], training: false })
    const call = callOf(sequence!)
    expect(call.options).toEqual({ initialState: [state, state], training: false })
    expect(call.tensors).toEqual([x, state, state])
    const wrong = input({ shape: [3] })
    expect(() => new Recurrent().callAll(x, { initialState: [wrong, wrong] })).toThrow(
      'The layer Recurrent cannot take an input of shape [null, null, 4]: add: shapes',
    )
  })

  it('refuses values and shapes that do not fit', () => {
    expect(() => new Dense({ units: 1 }).call([[1, 2]] as never)).toThrow(
      'Dense.call takes tensors, or symbolic tensors',
    )
    const value = new Tensor({ shape: [1, 2], dtype: 'float32' })
    expect(() => new Sum().call([input({ shape: [2] }), value] as never)).toThrow('Sum.call takes tensors, or symbolic')
    expect(() => new Sum().call([])).toThrow('Make tensors of numbers with tensor(...).')
    const x = input({ shape: [null] })
    expect(() => new Dense({ units: 1 }).call(x)).toThrow('The layer Dense has parameters whose shape depends on')
    expect(() => new Sum().call([input({ shape: [2] }), input({ shape: [3] })])).toThrow(
      'The layer Sum cannot take an input of shape [null, 2] and [null, 3]: add: shapes',
    )
  })

  it('refuses options that the layer does not have', () => {
    const x = input({ shape: [null, 4] })
    expect(() => new Dense({ units: 1 }).call(x, { initialState: [] } as never)).toThrow(
      "A call of Dense has no option 'initialState'. (known: training, mask)",
    )
    expect(() => new Recurrent().callAll(x, { initialStat: [] } as never)).toThrow(
      "A call of Recurrent has no option 'initialStat'. Did you mean 'initialState'? (known: training, mask, initialState)",
    )
    expect(() => new Dense({ units: 1 }).call(x, { training: 1 } as never)).toThrow(
      "A call of Dense: 'training' must be a boolean and is 1.",
    )
    expect(() => new Dense({ units: 1 }).call(x, { training: 1 } as never)).toThrow(ConfigError)
  })

  it('has the options of the base classes too', () => {
    class Gated extends Recurrent {
      static override readonly callFields = { initialState: 'unknown', gate: 'boolean' } as const
    }
    class Plain extends Gated {}
    const x = input({ shape: [null, 4] })
    expect(() => new Plain().callAll(x, { gate: true } as never)).not.toThrow()
    class Own extends Recurrent {
      static override readonly callFields = { gate: 'boolean' } as never
    }
    expect(() => new Own().callAll(x, { gate: true, initialState: undefined } as never)).not.toThrow()
  })

  it('refuses strings if the layer takes numbers', () => {
    const words = input({ shape: [1], dtype: 'string' })
    expect(() => new Dense({ units: 1 }).call(words)).toThrow(
      'Dense takes numbers, and its input is strings. Put a layer that works on strings, such as StringLookup, before it.',
    )
    expect(() => mul(words, 2)).toThrow('Operation takes numbers, and its input is strings.')
  })
})
