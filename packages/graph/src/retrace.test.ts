import { cpu } from '@gradus/backend-cpu'
import { add, onBackend, Tensor, tensor, useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { compile } from './compile.ts'
import { differences, formOf } from './form.ts'

beforeAll(() => useBackend(cpu()))

const t = (...shape: number[]) => new Tensor({ shape, dtype: 'float32' })

describe('retraces', () => {
  it('name the argument, the path in it and both forms', () => {
    const f = compile((_: Tensor, __: object, { batch }: { batch: { inputs: Tensor[]; size: number } }) =>
      add(batch.inputs[0]!, 1),
    )
    const feed = (rows: number) => ({
      batch: { inputs: [tensor(new Float32Array(rows), { shape: [rows, 1] })], size: rows },
    })
    const w = tensor([1, 2])
    f(w, {}, feed(10))
    expect(f.retraces).toEqual([])
    f(w, {}, feed(10))
    f(w, {}, feed(5))
    f(w, {}, feed(10))
    f(w, {}, feed(5))
    expect(f.retraces).toEqual([
      'argument 2 (batch.inputs.0): float32[10, 1] became float32[5, 1]; argument 2 (batch.size): 10 became 5',
    ])
    f(tensor([1, 2], { dtype: 'int32' }), {}, feed(5))
    expect(f.retraces[1]).toBe('argument 0: float32[2] became int32[2]')
    expect(f.traces).toBe(3)
  })

  it('compare with the most similar form, not the last one', () => {
    const f = compile((x: Tensor, y: Tensor, ..._: unknown[]) => add(x, y))
    f(tensor([1]), tensor([1]))
    f(tensor([1, 2]), tensor([1, 2]))
    f(tensor([1]), tensor(1))
    expect(f.retraces.at(-1)).toBe('argument 1: float32[1] became float32[]')
    f(tensor([1, 2]), tensor([1, 2]), 'more')
    expect(f.retraces.at(-1)).toBe('argument 2: nothing became "more"')
    expect(f.retraces).toHaveLength(f.traces - 1)
  })

  it('name only some of many differences', () => {
    const f = compile((x: readonly Tensor[]) => x)
    f(Array.from({ length: 6 }, () => tensor([1])))
    f(Array.from({ length: 6 }, () => tensor([1, 2])))
    expect(f.retraces[0]).toBe(
      `${[0, 1, 2].map((i) => `argument 0 (${i}): float32[1] became float32[2]`).join('; ')}; 3 more`,
    )
  })

  it('distinguish a new backend from a new form', () => {
    const f = compile((x: Tensor) => add(x, 1))
    f(tensor([1]))
    f(onBackend({ ...cpu(), name: 'other' }, () => tensor([1])))
    expect(f.retraces).toEqual(['the other backend had not been used before'])
  })
})

describe('differences', () => {
  const between = (a: unknown, b: unknown) =>
    differences(a, b).map(({ path, before, after }) => `${path}: ${before} -> ${after}`)

  it('exist exactly where forms differ', () => {
    const trees: unknown[] = [
      t(),
      t(1),
      [],
      {},
      [t(1)],
      [t(1), t(2)],
      { a: t(1) },
      { a: t(1), b: t(2) },
      { b: t(2), a: t(1) },
      { a: { b: [t(1), 3] } },
      { a: { b: [t(1), -0] } },
      { a: { b: [t(1), 0] } },
      { 0: t(1) },
      undefined,
      null,
      'text',
      { a: undefined },
      { a: null },
    ]
    for (const a of trees)
      for (const b of trees) expect(differences(a, b).length === 0, `${between(a, b)}`).toBe(formOf(a) === formOf(b))
  })

  it('name the position and both values', () => {
    expect(between({ a: [t(1), { b: t(2, 3) }] }, { a: [t(1), { b: t(2, 4) }] })).toEqual([
      'a.1.b: float32[2, 3] -> float32[2, 4]',
    ])
    expect(between([t(1)], [t(1), t(2)])).toEqual(['1: nothing -> float32[2]'])
    expect(between({ a: t(1), c: 1 }, { b: 'x', a: t(1) })).toEqual(['b: nothing -> "x"', 'c: 1 -> nothing'])
    expect(between({ a: t(1), b: t(1) }, { b: t(1), a: t(1) })).toEqual([': keys a, b -> keys b, a'])
    expect(between([t(1)], { x: t(1) })).toEqual([': a list of 1 -> { x }'])
    expect(between({ mask: undefined }, { mask: t(4) })).toEqual(['mask: undefined -> float32[4]'])
  })
})
