import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { classRows, kerasPage, namedRows } from './keras/page.ts'

const page = fileURLToPath(new URL('../../docs/keras.md', import.meta.url))

it('docs/keras.md shows what the registry, the options and the methods have', async () => {
  await expect(kerasPage()).toMatchFileSnapshot(page)
})

it('everything that Gradus does not have, or not wholly, has a reason', () => {
  const without = namedRows().filter(({ row, standing }) => standing !== 'yes' && !row.reason)
  expect(without.map(({ row, standing }) => `${row.name}: ${standing}`)).toEqual([])
})

it('every option of Keras that a class lacks has a reason', () => {
  const kinds = ['layer', 'loss', 'metric', 'optimizer', 'schedule', 'callback', 'initializer', 'activation'] as const
  const rows = kinds.flatMap((kind) => classRows(kind))
  const without = rows.filter(({ unexplained }) => unexplained.length > 0)
  expect(without.map(({ signature, unexplained }) => `${signature.split('(')[0]}: ${unexplained.join(', ')}`)).toEqual(
    [],
  )
})
