import { cpu } from '@gradus/backend-cpu'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from './backend.ts'
import { halfBits, halfValue } from './half.ts'
import { tensor } from './ops/create.ts'

beforeAll(() => useBackend(cpu()))

describe('halves', () => {
  it('keep every number that a half can be', () => {
    for (let bits = 0; bits < 2 ** 16; bits++) {
      const value = halfValue(bits)
      if (Number.isNaN(value)) expect(halfBits(value) & 0x7fff).toBe(0x7e00)
      else expect(halfBits(value)).toBe(bits)
    }
  })

  it('are the nearest to a number, an even one at a tie', () => {
    for (let bits = 0; bits < 0x7c00; bits++) {
      const [low, high] = [halfValue(bits), bits === 0x7bff ? 65536 : halfValue(bits + 1)]
      const middle = (low + high) / 2
      const even = bits % 2 === 0 ? bits : bits + 1
      expect(halfBits(middle)).toBe(even)
      expect(halfBits(-middle)).toBe(even | 0x8000)
      expect(halfBits(middle * (1 - 2 ** -23))).toBe(bits)
      expect(halfBits(middle * (1 + 2 ** -23))).toBe(bits + 1)
    }
  })

  it('know zeros, infinities and NaN', () => {
    expect([0, -0, Infinity, -Infinity, 1e-8, 65519, 65520, 1e30].map(halfBits)).toEqual([
      0, 0x8000, 0x7c00, 0xfc00, 0, 0x7bff, 0x7c00, 0x7c00,
    ])
    expect(halfValue(0x8000)).toBe(-0)
    expect(halfValue(1)).toBe(2 ** -24)
  })

  it('are given as numbers and printed as NumPy prints them', () => {
    const x = tensor([0.1, 1 / 3, 65504, 1e6], { dtype: 'float16' })
    expect(x.array()).toEqual([0.0999755859375, 0.333251953125, 65504, Infinity])
    expect(tensor([0.1, 2], { dtype: 'float16' }).toString()).toBe('[0.1 2. ]')
  })
})
