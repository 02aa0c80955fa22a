import { describe, expect, it } from 'vitest'
import { array, runKernel } from '../test/run-kernel.ts'
import { threefry } from './random.ts'

function encrypted(key: readonly [number, number], counter: readonly [number, number]): number[] {
  const words = new Uint32Array(2)
  threefry(words, ...key, ...counter)
  return [...words]
}

describe('threefry', () => {
  // known answers published with the Random123 library
  it('gives the known answers', () => {
    expect(encrypted([0, 0], [0, 0])).toEqual([0x6b200159, 0x99ba4efe])
    expect(encrypted([0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff])).toEqual([0x1cb996fc, 0xbb002be7])
    expect(encrypted([0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3])).toEqual([0xc4923a9c, 0x483df7a0])
  })

  it('gives randomBits the xor of both words of each counter', () => {
    const key = [0x13198a2e, 0x03707344] as const
    const expected = Array.from({ length: 6 }, (_, i) => {
      const [first, second] = encrypted(key, [0, i])
      return (first ^ second) >>> 0
    })
    const bits = runKernel('randomBits', [array('uint32', key)], { shape: [2, 3] }, { shape: [2, 3] })
    expect(bits).toEqual(expected)
    expect(runKernel('randomBits', [array('uint32', [0, 0])], { shape: [1] }, { shape: [1] })).toEqual([
      (0x6b200159 ^ 0x99ba4efe) >>> 0,
    ])
  })

  it('folds data into a key', () => {
    const key = [0xffffffff, 12] as const
    const folded = runKernel('foldIn', [array('uint32', key), array('uint32', [4294967290], [])])
    expect(folded).toEqual(encrypted(key, [0, 4294967290]))
  })

  it('spreads its bits evenly', () => {
    const bits = runKernel('randomBits', [array('uint32', [1, 2])], { shape: [10000] }, { shape: [10000] })
    const mean = bits.reduce((sum, word) => sum + word / 2 ** 32, 0) / bits.length
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.01)
    expect(new Set(bits).size).toBeGreaterThan(9990)
  })
})
