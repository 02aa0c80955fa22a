import { describe, expect, it } from 'vitest'
import type { Specialization } from './specialization.ts'
import { Specializations } from './specializations.ts'

const program = (nodes: number, bytes = 0) =>
  ({ form: [nodes], graph: { nodes: new Array(nodes) }, executable: { bytes } }) as unknown as Specialization<number>

describe('the programs of a function', () => {
  it('are bounded, and those used last are kept', () => {
    const kept = new Specializations<number>(10 * (2 ** 17 + 2 ** 11))
    for (let index = 0; index < 10; index++) kept.add(`${index}`, program(1))
    expect(kept.size).toBe(10)
    expect(kept.get('0')).toBeDefined()
    kept.add('10', program(1))
    expect(kept.size).toBe(10)
    expect(kept.get('1')).toBeUndefined()
    expect(kept.get('0')).toBeDefined()
    kept.add('large', program(10_000))
    expect(kept.forms).toEqual([[10_000]])
    for (let index = 0; index < 10_000; index++) kept.add(`again ${index}`, program(1))
    expect(kept.size).toBe(10)
    // the memory that a program keeps counts
    kept.add('with memory', program(1, 2 ** 20))
    expect(kept.size).toBe(2)
  })
})
