import { describe, expect, it } from 'vitest'
import { describeValue } from './describe.ts'

describe('describeValue', () => {
  it('is short and never throws', () => {
    expect(describeValue('a')).toBe('"a"')
    expect(describeValue(Number.NaN)).toBe('NaN')
    expect(describeValue(undefined)).toBe('undefined')
    expect(describeValue(null)).toBe('null')
    expect(describeValue(10n)).toBe('10')
    expect(describeValue(Symbol('s'))).toBe('Symbol(s)')
    expect(describeValue(() => 1)).toBe('a function')
    expect(describeValue([1, { a: 2 }])).toBe('[1,{"a":2}]')
    expect(describeValue('x'.repeat(100))).toHaveLength(60)
    const circular: unknown[] = []
    circular.push(circular)
    expect(describeValue(circular)).toBe('a list')
    expect(describeValue({ big: 1n })).toBe('an object')
  })
})
