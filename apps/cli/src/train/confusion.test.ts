import { expect, it } from 'vitest'
import { formatConfusion } from './confusion.ts'

it('formats a table', () => {
  expect(
    formatConfusion({
      classes: ['no', 'yes'],
      counts: [
        [193, 17],
        [10, 200],
      ],
    }).split('\n'),
  ).toEqual(['  actual \\ predicted   no  yes', '  no                  193   17', '  yes                  10  200'])
})
