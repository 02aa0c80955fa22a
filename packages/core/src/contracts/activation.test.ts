import { cpu } from '@gradus/backend-cpu'
import { add, mul, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { activation } from './activation.ts'

await useBackend(cpu())

const line = activation(
  'acme/line',
  { slope: { type: 'number', default: 2, min: 0 }, offset: { type: 'number', default: 1 } },
  (x, { slope, offset }) => add(mul(x, slope), offset),
  ['acme/affine'],
)

describe('an activation', () => {
  it('is a function of a tensor and of its options', () => {
    const x = tensor([1, 2])
    expect(line(x).array()).toEqual([3, 5])
    expect(line(x, { slope: 10 }).array()).toEqual([11, 21])
    expect(line(x).array()).toEqual([3, 5])
  })

  it('has its kind, type and aliases', () => {
    expect([line.kind, line.type, line.aliases]).toEqual(['activation', 'acme/line', ['acme/affine']])
    expect(line.options).toBeUndefined()
  })

  it('has other defaults after `with`, which a call can still override', () => {
    const steep = line.with({ slope: 10 })
    const x = tensor([1])
    expect(steep(x).array()).toEqual([11])
    expect(steep(x, { offset: 0 }).array()).toEqual([10])
    expect(steep.with({ offset: 5 })(x).array()).toEqual([15])
    expect(steep.options).toEqual({ slope: 10 })
    expect(steep.with({ offset: 5 }).options).toEqual({ slope: 10, offset: 5 })
    expect([steep.kind, steep.type]).toEqual(['activation', 'acme/line'])
    expect(line(x).array()).toEqual([3])
  })

  it('refuses invalid options where they are set', () => {
    expect(() => line.with({ slop: 1 } as never)).toThrow("acme/line has no option 'slop'. Did you mean 'slope'?")
    expect(() => line.with({ slope: -1 })).toThrow("acme/line: 'slope' must be a number at least 0 and is -1.")
    expect(() => line(tensor([1]), { offset: '1' } as never)).toThrow("'offset' must be a number")
  })

  it('requires options without a default when it is called', () => {
    const clip = activation('acme/clip', { at: { type: 'number', required: true } }, (x: Tensor) => x)
    expect(() => clip(tensor([1]))).toThrow("acme/clip needs the option 'at', a number, which is missing.")
    expect(clip(tensor([1]), { at: 1 }).array()).toEqual([1])
  })
})
