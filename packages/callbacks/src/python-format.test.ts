import { expect, it } from 'vitest'
import { formatFileName } from './file-name.ts'
import { fixed, floatText, scientific } from './python-format.ts'

// The expected texts are those that Python 3 prints.
it.each([
  [0.5, 0, '0'],
  [1.5, 0, '2'],
  [2.5, 0, '2'],
  [0.125, 2, '0.12'],
  [0.375, 2, '0.38'],
  [-0.125, 2, '-0.12'],
  [0.03125, 4, '0.0312'],
  [1.005, 2, '1.00'],
  [Number.NaN, 2, 'nan'],
  [-Infinity, 0, '-inf'],
  [0.0625, 1, '0.1'],
] as const)('fixed(%d, %d) is %s', (value, digits, text) => {
  expect(fixed(value, digits)).toBe(text)
})

it.each([
  [0.00012345, '1.2345e-04'],
  [0, '0.0000e+00'],
  [-0.5, '-5.0000e-01'],
  [1e100, '1.0000e+100'],
] as const)('scientific(%d)', (value, text) => {
  expect(scientific(value, 4)).toBe(text)
})

it.each([
  [2, '2.0'],
  [0.1, '0.1'],
  [1e-4, '0.0001'],
  [9.999999310821295e-5, '9.999999310821295e-05'],
  [1e16, '1e+16'],
  [123456789012345680, '1.2345678901234568e+17'],
  [-0, '-0.0'],
] as const)('floatText(%d) is %s', (value, text) => {
  expect(floatText(value)).toBe(text)
})

it.each([
  ['{epoch:02d}-{val_loss:.2f}.keras', '07-0.31.keras'],
  ['m{epoch}', 'm7'],
  ['{epoch:4}|', '   7|'],
  ['{val_loss:08.3f}', '0000.312'],
  ['{val_loss:.1e}', '3.1e-01'],
  ['{val_loss}', '0.3125'],
  ['{{{epoch}}}', '{7}'],
])('%s becomes %s', (template, name) => {
  expect(formatFileName(template, { integers: { epoch: 7 }, figures: { val_loss: 0.3125 } })).toBe(name)
})

it('throws for wrong names and formats in file names', () => {
  const values = { integers: { epoch: 1 }, figures: { loss: 0.5 } }
  expect(() => formatFileName('{val_loss:.2f}', values)).toThrow(
    'asks for {val_loss}, which has no value here. Known: epoch, loss.',
  )
  expect(() => formatFileName('{loss:02d}', values)).toThrow('does not fit a figure')
  expect(() => formatFileName('{epoch:>5}', values)).toThrow('does not fit a whole number')
  expect(() => formatFileName('{loss:.500f}', values)).toThrow(
    'has the format ".500f"; widths and decimals go up to 100.',
  )
  expect(() => formatFileName('{epoch:99999999999d}', values)).toThrow('widths and decimals go up to 100.')
  expect(() => formatFileName('{constructor}', values)).toThrow('asks for {constructor}, which has no value here')
})
