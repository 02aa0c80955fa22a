import { cpu } from '@gradus/backend-cpu'
import { add, memory, mul, neg, onBackend, reshape, scan, type Tensor, tensor } from '@gradus/tensor'
import { expect, it } from 'vitest'
import { compile } from '../compile.ts'
import { decorate } from './decorate.ts'
import { profile } from './profile.ts'

it('counts the ops of compiled and eager code until it is reset', () => {
  const backend = profile(cpu())
  const f = compile((x: Tensor) => add(mul(x, x), mul(x, 3)))
  onBackend(backend, () => {
    const x = tensor([1, 2])
    expect(f(x).array()).toEqual([4, 10])
    expect(f(x).array()).toEqual([4, 10])
    const counts = Object.fromEntries(backend.profile().map(({ op, count }) => [op, count]))
    expect(counts['mul']).toBe(4)
    expect(counts['add']).toBe(2)
    expect(backend.profile().every(({ milliseconds }) => milliseconds >= 0)).toBe(true)
    backend.reset()
    expect(backend.profile()).toEqual([])
    add(x, x)
    expect(backend.profile().map(({ op, count }) => [op, count])).toEqual([['add', 1]])
  })
})

it('returns inputs and repeated values in separate buffers', () => {
  onBackend(profile(cpu()), () => {
    const f = compile((x: Tensor) => {
      const y = add(x, 1)
      return [y, y, x, reshape(y, [2, 1])]
    })
    const results = f(tensor([1, 2]))
    results[0]!.dispose()
    expect(results.slice(1).map((result) => result.array())).toEqual([
      [2, 3],
      [1, 2],
      [[2], [3]],
    ])
  })
})

it('keeps the number of buffers constant under donation', () => {
  onBackend(profile(cpu()), () => {
    const step = compile((x: Tensor) => mul(add(x, 1), 0.5), { donate: [0] })
    let x = step(tensor([1, 2]))
    const before = memory().buffers
    for (let i = 0; i < 20; i++) x = step(x)
    expect(memory().buffers).toBeLessThanOrEqual(before)
    expect(x.array()).toEqual([1, expect.closeTo(1, 5)])
  })
})

it('counts a loop as one op, and frees its unused values', () => {
  const freed = new Set<unknown>()
  const backend = profile(decorate(cpu(), { free: (buffer) => freed.add(buffer) }))
  onBackend(backend, () => {
    const step = (t: Tensor, y: Tensor) => [add(t, y), [mul(t, 2), mul(y, 2)]] as const
    const f = compile((t: Tensor, x: Tensor) => neg(scan(step, t, x)[1][0]!))
    const inputs = [tensor(1), tensor([1, 2])] as const
    expect(f(...inputs).array()).toEqual([-2, -4])
    expect(backend.profile().map(({ op, count }) => [op, count])).toEqual(
      expect.arrayContaining([
        ['scan', 1],
        ['neg', 1],
      ]),
    )
    expect(freed.size).toBe(3)
    expect(inputs.map((x) => freed.has(x.storage.buffer))).toEqual([false, false])
  })
})
