import { add, concat, matmul, mul, reshape, type SymbolicTensor, type Tensor, type Tree, zeros } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import type { Scope } from './base-layer.ts'
import { callOf } from './call.ts'
import { input } from './input.ts'
import { Layer } from './layer.ts'

class Custom extends Layer<{ readonly run: (x: Tensor) => Tree }> {
  apply(x: Tensor): Tree {
    return this.config.run(x)
  }
}

describe('unknown dimensions', () => {
  const sequence = () => input({ shape: [null, 4] })
  const custom = (run: (x: Tensor) => Tensor) => new Custom({ run })
  const timeOf = (x: SymbolicTensor) => x.sizes[1]

  it('keep their identity through layers that preserve their size', () => {
    const x = sequence()
    expect(timeOf(custom((value) => mul(value, 2)).call(x))).toBe(timeOf(x))
    const other = sequence()
    expect(timeOf(custom((value) => mul(value, 2)).call(other))).not.toBe(timeOf(x))
  })

  it('of two inputs may be the same', () => {
    const [x, y] = [sequence(), sequence()]
    const sum = add(x, y)
    expect(sum.shape).toEqual([null, null, 4])
    expect([timeOf(x), timeOf(y)]).toContain(timeOf(sum))
    // concatenation does not unify them
    const both = concat([x, y], 1)
    expect([timeOf(x), timeOf(y)]).not.toContain(timeOf(both))
  })

  it('are an error if a layer clips their size', () => {
    const cut = custom((x) => zeros([x.shape[0]!, Math.min(50, x.shape[1]!), 4]))
    expect(() => cut.call(sequence())).toThrow(
      /^The size of axis 1 of the output of Custom depends on an unknown dimension in an unsupported way: 3 and \d+ give \d+, 509 and \d+ give 50,/,
    )
    expect(() => cut.call(sequence())).toThrow("Give that dimension a size in the model's input")
    expect(cut.call(input({ shape: [70, 4] })).shape).toEqual([null, 50, 4])
    const less = custom((x) => zeros([x.shape[0]!, Math.max(4000 - x.shape[1]!, 0), 4]))
    expect(() => less.call(sequence())).toThrow('in an unsupported way')
  })

  it.each<[string, (time: number) => number]>([
    ['windows', (time) => time - 2],
    ['strides', (time) => Math.ceil(time / 3)],
    ['both', (time) => Math.floor((time - 3) / 2) + 1],
    ['padding', (time) => time + 5],
    ['repeating', (time) => time * 3],
    ['rounding up', (time) => Math.ceil(time / 8) * 8],
    ['pairs', (time) => time * time],
  ])('are supported with %s', (_, sizeOf) => {
    const x = sequence()
    const y = custom((value) => zeros([value.shape[0]!, sizeOf(value.shape[1]!), 4])).call(x)
    expect(y.shape).toEqual([null, null, 4])
    expect(timeOf(y)).not.toBe(timeOf(x))
    // and in a second layer
    const z = custom((value) => zeros([value.shape[0]!, sizeOf(value.shape[1]!), 4])).call(y)
    expect(z.shape).toEqual([null, null, 4])
  })

  it('are supported in products and sums', () => {
    const [x, y] = [sequence(), sequence()]
    expect(reshape(x, [-1, 2]).shape).toEqual([null, 2])
    expect(matmul(x, y, { transposeB: true }).shape).toEqual([null, null, null])
    expect(concat([x, y], 1).shape).toEqual([null, null, 4])
    expect(concat([x, x], 1).shape).toEqual([null, null, 4])
  })

  it('may be too small for a window in some trials', () => {
    const windowed = (size: number) =>
      custom((x) => {
        const time = x.shape[1]! - size + 1
        return reshape(zeros([x.shape[0]!, Math.max(time, 0), 4]), [x.shape[0]!, time > 0 ? time : 1, 4])
      })
    expect(windowed(40).call(sequence()).shape).toEqual([null, null, 4])
    expect(windowed(5000).call(sequence()).shape).toEqual([null, null, 4])
    expect(() => windowed(100_000).call(sequence())).toThrow(
      'The layer Custom cannot take an input of shape [null, null, 4]',
    )
  })

  it('are null in messages', () => {
    const message = (run: (x: Tensor) => Tensor) => {
      try {
        custom(run).call(sequence())
      } catch (error) {
        return (error as Error).message
      }
      return ''
    }
    expect(message((x) => add(x, zeros([5])))).toContain('[null, null, 4]')
    expect(message((x) => add(x, zeros([5])))).not.toContain('3001')
  })

  it('may be those of options', () => {
    class Attend extends Layer<object, {}, {}, { readonly memory: Tensor }> {
      static override readonly callFields = { memory: 'unknown' } as const
      apply(x: Tensor, { options }: Scope<this>): Tensor {
        return concat([x, options.memory!], 1)
      }
    }
    const [x, memory] = [sequence(), sequence()]
    const y = new Attend().call(x, { memory })
    expect(y.shape).toEqual([null, null, 4])
    expect(callOf(y).tensors).toEqual([x, memory])
  })
})
