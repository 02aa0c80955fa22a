import { inferShapes, zeros } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { describeField, describeValue } from './describe.ts'

describe('describeValue', () => {
  it('is short and never throws', () => {
    expect(describeValue('a')).toBe('"a"')
    expect(describeValue(Number.NaN)).toBe('NaN')
    expect(describeValue(undefined)).toBe('undefined')
    expect(describeValue(null)).toBe('null')
    expect(describeValue(10n)).toBe('10')
    expect(describeValue(Symbol('s'))).toBe('Symbol(s)')
    expect(describeValue(() => 1)).toBe('a function')
    expect(describeValue(class Dense {})).toBe('the class Dense, not an instance of it')
    expect(describeValue([1, { a: 2 }])).toBe('[1,{"a":2}]')
    expect(describeValue('x'.repeat(100))).toHaveLength(60)
    const circular: unknown[] = []
    circular.push(circular)
    expect(describeValue(circular)).toBe('a list')
    expect(describeValue({ big: 1n })).toBe('an object')
    const { x, list } = inferShapes(() => ({ x: zeros([2, 3]), list: [zeros([1])] }))
    expect(describeValue(x)).toBe('a float32[2, 3] tensor')
    expect(describeValue(Promise.resolve(1))).toBe('a promise (put await before it)')
    expect(describeValue(new Set([1]))).toBe('a Set')
    expect(describeValue(new ArrayBuffer(2))).toBe('an ArrayBuffer')
    expect(describeValue(new Float32Array(2))).toBe('a Float32Array')
    expect(describeValue((function* () {})())).toBe('a Generator')
    expect(describeValue(new (class Table {})())).toBe('a Table')
    expect(describeValue(new URL('file:///a'))).toBe('file:///a')
    expect(describeValue([Number.NaN, { f: () => 1 }])).toBe('["NaN",{"f":"a function"}]')
    expect(describeValue(list)).toBe('["a float32[1] tensor"]')
  })
})

describe('describeField', () => {
  it('gives the allowed values in words', () => {
    expect(describeField('integer')).toBe('an integer')
    expect(describeField(['number', 'schedule'])).toBe('a number or a schedule')
    expect(describeField({ oneOf: ['a', false] })).toBe('one of "a", false')
    expect(describeField({ type: 'integer', min: 1 })).toBe('a positive whole number')
    expect(describeField({ type: 'number', min: 0, max: 1 })).toBe('a number from 0 to 1')
    expect(describeField({ type: 'number', max: 1 })).toBe('a number at most 1')
    expect(describeField({ type: 'number', min: 0, max: Number.MAX_VALUE })).toBe('a number at least 0 and finite')
    expect(describeField({ type: 'number', above: 0 })).toBe('a number larger than 0')
    expect(describeField({ type: 'numbers' })).toBe('a list of numbers')
    expect(describeField('strings')).toBe('a list of strings')
    expect(describeField({ type: 'number', min: 0, below: 1 })).toBe('a number smaller than 1 at least 0')
    expect(describeField({ type: 'integer', or: ['auto', false] })).toBe('an integer or "auto" or false')
  })
})
