import { expect, it } from 'vitest'
import { findProblems } from './find-problems.ts'
import { profileTable } from './profile.ts'
import { rowsSource } from './source.ts'

const problemsOf = async (rows: readonly Record<string, unknown>[], ...target: string[]) =>
  findProblems(await profileTable(rowsSource(rows)), target)

const rows = (count: number, row: (i: number) => Record<string, unknown>) =>
  Array.from({ length: count }, (_, i) => row(i))

it('finds nothing in a good table', async () => {
  expect(
    await problemsOf(
      rows(40, (i) => ({ a: i, b: i % 2 ? 'x' : 'y' })),
      'b',
    ),
  ).toEqual([])
})

it.each<[string, readonly Record<string, unknown>[], readonly string[], readonly string[]]>([
  [
    'names that differ in spaces',
    rows(30, (i) => ({ a: i, b: ['New York', 'new-york', 'Oslo'][i % 3] })),
    [],
    ["'b': 'New York' and 'new-york' differ in case, spaces or hyphens only. If they are the same, write them alike."],
  ],
  [
    'missing values',
    rows(10, (i) => ({ a: i, b: i < 6 ? null : i })),
    [],
    ["'b': 6 of 10 values are missing. To leave the column out, set columns: { b: null }."],
  ],
  [
    'rows without a target, and rare classes',
    rows(40, (i) => ({ a: i, b: i < 2 ? null : i < 5 ? 'rare' : i % 2 ? 'x' : 'y' })),
    ['b'],
    [
      "2 of 40 rows have no 'b' and are left out.",
      "'b': few rows have 'rare' (3); from fewer than 10 little is learned.",
    ],
  ],
  [
    'a class that is taken for a missing value',
    rows(40, (i) => ({ a: i, b: i < 20 ? 'None' : i < 22 ? '' : i % 2 ? 'x' : 'y' })),
    ['b'],
    [
      "22 of 40 rows have no 'b' and are left out. 'None' (20) means a missing value; if it is a class, set missingTexts: [''].",
      "'b': few rows have 'y' (9), 'x' (9); from fewer than 10 little is learned.",
    ],
  ],
  [
    'a class of nearly all rows',
    rows(300, (i) => ({ a: i, b: i % 20 ? 0 : 1 })),
    ['b'],
    ["'b': 95.0 % of the rows are '0'. To give the others more weight, set classWeight: balanced."],
  ],
  [
    'one column',
    rows(3, (i) => ({ 'a;b': `${i};2` })),
    [],
    ["The table has one column, 'a;b'. It seems to be separated by ';': set delimiter: ';'."],
  ],
])('finds %s', async (_, table, target, expected) => expect(await problemsOf(table, ...target)).toEqual(expected))
