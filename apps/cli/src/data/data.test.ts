import { afterEach, beforeEach, expect, it } from 'vitest'
import { Sandbox } from '../testing/sandbox.ts'

let sandbox: Sandbox

beforeEach(() => {
  sandbox = new Sandbox()
  const rows = Array.from(
    { length: 30 },
    (_, i) => `${i + 1};${i % 7},5;${['Rome', 'rome', 'Oslo'][i % 3]};${i < 20 ? '' : i};${i % 2}`,
  )
  sandbox.write('rows.csv', `id;size;city;gaps;ill\n${rows.join('\n')}\n`)
})

afterEach(() => sandbox.remove())

it('shows what a file holds', async () => {
  const { code, out, err } = await sandbox.run(['data', 'rows.csv'])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toBe(`rows.csv: 30 rows, 5 columns
  The cells are separated by ';'.
  Numbers have a decimal comma.

  column  kind      missing  distinct  values
  id      left out        0        30  1 to 30, mean 15.5, median 15.5; it counts the rows
  size    number          0         7  0.5 to 6.5, mean 3.333, median 3.5
  city    category        0         3  Rome 10, rome 10, Oslo 10
  gaps    number         20        10  20 to 29, mean 24.5, median 24.5
  ill     number          0         2  0 to 1, mean 0.5, median 0.5

Problems
  'city': 'Rome' and 'rome' differ in case only. If they are the same, write them alike.
  'gaps': 20 of 30 values are missing. To leave the column out, set columns: { gaps: null }.

Try next
  gradus train rows.csv --target NAME
`)
})

it('shows values with line ends on one line, and numbers that differ little with their digits', async () => {
  const rows = Array.from({ length: 30 }, (_, i) => `"a ""${i % 2}""\n\u001b[1mb",${20210101 + i * 3},${i * 0.5}`)
  sandbox.write('odd.csv', `text,day,size\n${rows.join('\n')}\n`)
  const { out } = await sandbox.run(['data', 'odd.csv'])
  expect(out).toContain('text    category        0         2  a "0"\\n\\u001b[1mb 15, a "1"\\n\\u001b[1mb 15\n')
  expect(out).toContain('20210101 to 20210188, mean 20210144.5, median 20210144.5\n')
  expect(out).toContain('0 to 14.5, mean 7.25, median 7.25\n')
  sandbox.write('one.json', '[{"a": 1.5}]')
  expect((await sandbox.run(['data', 'one.json'])).out).toContain('one.json: 1 row, 1 column\n')
})

it('says what train would choose', async () => {
  const { out } = await sandbox.run(['data', 'rows.csv', '--target', 'ill'])
  expect(out).toContain(
    "What train would choose\n  'id' is left out: it counts the rows.\n  'ill' has 2 different values: a classification.",
  )
  expect(out).toContain('gradus train rows.csv --target ill')
  expect((await sandbox.run(['data', 'rows.csv', '--target', 'siz'])).err).toContain("Did you mean 'size'?")
})

it('prints JSON', async () => {
  const document = JSON.parse((await sandbox.run(['data', 'rows.csv', '--json'])).out)
  expect(document).toMatchObject({ version: 1, name: 'rows.csv', rows: 30, choices: null })
  expect(document.columns[1]).toMatchObject({ name: 'size', kind: 'number', range: { low: 0.5, high: 6.5 } })
  expect((await sandbox.run(['data', 'none.csv'])).code).toBe(3)
})
