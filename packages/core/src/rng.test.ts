import { cpu } from '@gradus/backend-cpu'
import { compile } from '@gradus/graph'
import { foldIn, randomUniform, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { Rng } from './rng.ts'

beforeAll(() => useBackend(cpu()))

const words = (key: Tensor) => [...key.dataSync()].join()

describe('Rng', () => {
  it('gives the same keys for the same seed, others for another', () => {
    const [a, b, c] = [new Rng(7), new Rng(7), new Rng(8)]
    const draw = (rng: Rng) => [rng.next(), rng.next(), rng.next()].map(words)
    const keys = draw(a)
    expect(draw(b)).toEqual(keys)
    expect(new Set([...keys, ...draw(c)]).size).toBe(6)
  })

  it('takes a key in place of a seed', () => {
    const key = foldIn(new Rng(7).key, 3)
    expect(words(new Rng(key).next())).toBe(words(new Rng(key).next()))
    expect(words(new Rng(tensor([0, 7], { dtype: 'uint32' })).next())).toBe(words(new Rng(7).next()))
  })

  it('forks by label, not by the order of calls', () => {
    const a = new Rng(1)
    const [dense, dropout] = [a.fork('dense').next(), a.fork('dropout').next()].map(words)
    const b = new Rng(1)
    b.next()
    b.next()
    expect(words(b.fork('dropout').next())).toBe(dropout)
    b.split(3)
    expect(words(b.fork('dense').next())).toBe(dense)
    expect(dense).not.toBe(dropout)
  })

  it('gives different keys for `next`, `fork` and `split`', () => {
    const rng = new Rng(5)
    const keys = Array.from({ length: 20 }, () => words(rng.next()))
    const forks = Array.from({ length: 20 }, (_, label) => words(rng.fork(label).key))
    const names = ['a', 'b', 'ab', 'ba', 'dense', 'dense_1', 'dense_2', ''].map((label) => words(rng.fork(label).key))
    const parts = rng.split(4).map((part) => words(part.key))
    const all = [...keys, ...forks, ...names, ...parts, words(rng.key)]
    expect(new Set(all).size).toBe(all.length)
  })

  it('refuses labels and seeds that are not whole numbers', () => {
    expect(() => new Rng(0.5)).toThrow('the seed 0.5 is not a whole number')
    expect(() => new Rng(1).fork(-1)).toThrow('-1 is not a whole number')
    expect(() => new Rng(1).fork(0.5)).toThrow('0.5 is not a whole number')
  })

  it('gives the same numbers in a compiled function', () => {
    const draw = (key: Tensor) => {
      const rng = new Rng(key)
      const [part] = rng.split(2)
      return [rng.next(), rng.fork('layer').next(), part!.next()].map((k) => randomUniform(k, [3]))
    }
    const key = new Rng(11).key
    const values = (tensors: readonly Tensor[]) => tensors.map((x) => x.array())
    expect(values(compile(draw)(key))).toEqual(values(draw(key)))
    // the key is an argument: another key gives other numbers without a new trace
    const compiled = compile(draw)
    expect(values(compiled(new Rng(12).key))).not.toEqual(values(compiled(key)))
    expect(compiled.traces).toBe(1)
  })
})
