import { describe, expect, it } from 'vitest'
import { readNumber } from './read-number.ts'

describe('readNumber', () => {
  it.each([
    ['12', 12],
    ['-1.5', -1.5],
    ['+3', 3],
    ['.5', 0.5],
    ['5.', 5],
    ['1e3', 1000],
    ['2.5E-2', 0.025],
    ['\u22123', -3],
    ['1,234', 1234],
    ['-1,234,567.25', -1234567.25],
    ['1 234 567', 1234567],
    ['1\u00a0234,5'.replace(',5', '.5'), 1234.5],
    ["1'234", 1234],
    ['12_000', 12000],
    ['45%', 45],
    ['-0.5 %', -0.5],
    ['120.5M', 120.5e6],
    ['3k', 3000],
    ['1.2 B', 1.2e9],
    ['$12', 12],
    ['$1,234.50', 1234.5],
    ['-$5', -5],
    ['$-5', -5],
    ['12 €', 12],
    ['EUR 7.5', 7.5],
    ['7.5 USD', 7.5],
    ['(3)', -3],
    ['($1,200)', -1200],
  ])('reads %s as %d', (text, expected) => {
    expect(readNumber(text, '.')).toBeCloseTo(expected, 9)
  })

  it.each([
    ['1,5', 1.5],
    ['1.234,5', 1234.5],
    ['1.234', 1234],
    ['-0,25 %', -0.25],
    ['1 234,5', 1234.5],
    ['12', 12],
    ['€ 1.000.000', 1e6],
  ])('reads %s with the decimal mark , as %d', (text, expected) => {
    expect(readNumber(text, ',')).toBeCloseTo(expected, 9)
  })

  it.each([
    '',
    'a',
    '1,23',
    '1,2345',
    '12-',
    '--3',
    '1.2.3',
    '0x10',
    'Infinity',
    '1e999',
    'NaN',
    '5 kg',
    '2024-03-10',
    '()',
    '%',
    '$',
  ])('does not read %j', (text) => expect(readNumber(text, '.')).toBeUndefined())

  it.each(['1.5', '1.23', '1,2,3', '12.3456'])('does not read %j with the decimal mark ,', (text) =>
    expect(readNumber(text, ',')).toBeUndefined(),
  )
})
