import { expect, it } from 'vitest'
import { formatShape } from './shape.ts'

it('shapes in messages, and what was given for one', () => {
  expect(formatShape([2, null, -1])).toBe('[2, null, -1]')
  expect(formatShape([2, { a: 1 }, [3], 'x', undefined] as never)).toBe('[2, an object, an object, x, null]')
})
