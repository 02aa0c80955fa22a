import { expect, it } from 'vitest'
import { FormatError } from '../errors.ts'
import { requireBoundedJson } from './depth.ts'

const check = (text: string) => () => requireBoundedJson(text, 'The config', FormatError)

it('JSON within the bounds is let through, whatever its texts hold', () => {
  expect(check(`${'['.repeat(256)}${']'.repeat(256)}`)).not.toThrow()
  expect(check(`["${'['.repeat(1000)}", "\\"${'{'.repeat(1000)}", "\\\\", {"a": 1}]`)).not.toThrow()
  expect(check('"no end')).not.toThrow()
})

it('JSON that a parser needs gigabytes for is refused', () => {
  expect(check('['.repeat(257))).toThrow('The config: the data is nested more than 256 deep')
  expect(check(`["\\\\",${'['.repeat(256)}`)).toThrow(FormatError)
  expect(check(`[${'[],'.repeat(1_000_000)}0]`)).toThrow('more than 1000000 lists and objects')
  expect(check(' '.repeat(2 ** 26 + 1))).toThrow('the text has 67108865 characters; at most 67108864 are read')
})
