import { describe, expect, it } from 'vitest'
import { checkFields } from './check-fields.ts'
import { describeValue } from './describe.ts'
import type { Field } from './fields.ts'

class Dense {}

const accepts = (field: Field, value: unknown): boolean => {
  try {
    checkFields('Thing', { key: value }, { key: field })
    return true
  } catch {
    return false
  }
}

describe('checkFields', () => {
  it.each<[Field, unknown[], unknown[]]>([
    ['number', [1, 1.5, Number.POSITIVE_INFINITY], ['1', true, [1], {}, Number.NaN]],
    ['integer', [1, -3, 0], [1.5, '1', Number.NaN]],
    ['boolean', [true, false], [0, 'true']],
    ['string', ['', 'a'], [1, ['a']]],
    ['shape', [[], [1, null, -1]], [[1.5], [-2], ['1'], 3]],
    ['numbers', [[], [1, 2.5]], [1, ['1'], [null], [Number.NaN]]],
    ['strings', [[], ['a', '']], ['a', [1], [null]]],
    ['function', [() => 1, class {}], [1, 'a', {}]],
    ['unknown', [1, 'a', {}, () => 1], []],
    ['initializer', ['zeros', () => 1, ['zeros'], []], [1, true, [1], {}, { initializer: 'Zeros' }, Dense]],
    [{ type: 'initializer', among: { Dense } }, ['zeros', () => 1], [['zeros'], [], {}, Dense]],
    [{ type: 'activation', among: { relu: () => 1 } }, ['relu', () => 1], [[], {}, Dense]],
    [
      ['integer', 'numbers'],
      [1, [1, 2]],
      ['1', 1.5],
    ],
    [['number', 'schedule'], [0.1, 'cosine'], [true]],
    [{ oneOf: ['a', 1, false] }, ['a', 1, false], ['b', true, '1']],
    [{ type: 'number', above: 0, or: ['auto', -1] }, [1, 'auto', 'AUTO', -1], [0, 'b', -2]],
    [{ type: 'number', below: 1 }, [0.99, -3], [1, 2, Number.NaN]],
  ])('%j', (field, good, bad) => {
    for (const value of good) expect(accepts(field, value), `accepts ${describeValue(value)}`).toBe(true)
    for (const value of bad) expect(accepts(field, value), `refuses ${describeValue(value)}`).toBe(false)
    expect(accepts(field, null)).toBe(true)
    expect(accepts(field, undefined)).toBe(true)
  })

  it('takes specs of instances in data', () => {
    const check = (path?: string) => () =>
      checkFields('Dense', { bias: { initializer: 'Zeros' } }, { bias: 'initializer' }, path)
    expect(check('layers[0]')).not.toThrow()
    expect(check()).toThrow('Dense: \'bias\' must be an initializer and is {"initializer":"Zeros"}.')
  })

  it('names the expected type and the value in the error', () => {
    const check = (value: unknown, field: Field, path?: string) => () =>
      checkFields('Dense', { units: value }, { units: field }, path)
    expect(check('x', 'integer')).toThrow('Dense: \'units\' must be an integer and is "x".')
    expect(check('x', 'integer', 'layers[0]')).toThrow('layers[0].units must be an integer and is "x".')
    expect(check('x', ['integer', 'numbers'])).toThrow('must be an integer or a list of numbers and is')
    expect(check(4, { oneOf: ['a', 1] })).toThrow('must be one of "a", 1 and is 4.')
    expect(check(true, 'shape')).toThrow('must be a list of dimensions and is true.')
    expect(check('a', 'strings')).toThrow('must be a list of strings and is "a".')
    expect(check(2, 'function')).toThrow('must be a function and is 2.')
    expect(check(2, { type: 'number', below: 1 })).toThrow('must be a number smaller than 1 and is 2.')
    expect(check(0, { type: 'integer', min: 1, or: ['a', 'b'] })).toThrow(
      'must be a positive whole number or "a" or "b" and is 0.',
    )
    expect(() => checkFields('Dense', { unit: 1 }, { units: 'integer' })).toThrow(
      "Dense has no option 'unit'. Did you mean 'units'? (known: units)",
    )
  })

  it('refuses properties of Object.prototype as options', () => {
    expect(() => checkFields('Dense', { constructor: 1 }, { units: 'integer' })).toThrow("has no option 'constructor'")
    expect(() => checkFields('Dense', JSON.parse('{"__proto__":1}'), { units: 'integer' })).toThrow(
      "has no option '__proto__'",
    )
  })
})
