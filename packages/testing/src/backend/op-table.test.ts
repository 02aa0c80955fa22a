import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { opSamples } from '@gradus/tensor/samples'
import { expect, it } from 'vitest'
import { startAll } from '../../../../tests/backends.ts'
import { opTable } from './op-table.ts'

const page = fileURLToPath(new URL('../../../../docs/op-table.md', import.meta.url))

const introduction = `# Ops and backends

What runs where, from running every op's samples on each backend. *Forward* is \`yes\` where values agree with the reference,
whole with inlined and compiled with eager; *gradient* where first and second derivatives agree with finite differences in
float64, compiled and eager. On webgpu, which has no float64, derivatives are compared with those of cpu, and values within
1e-4, derivatives within 5e-4. \`-\` marks ops through which no gradient flows.

This page is written by \`npm run op-table\` in \`packages/testing\`, where webgpu has an adapter, and a test fails when it is
out of date.

`

// The conformance tests of each backend run every sample. One that has a derivative is enough for the table on backends that
// have all dtypes; on the others it may be of a dtype that is missing.
const samples = opSamples.map(({ op, samples: all }) => ({
  op,
  samples: [all.find(({ forwardOnly }) => forwardOnly === undefined) ?? all[0]!],
}))
const started = await startAll()
const columns = started.flatMap(({ backend, checks }) => (backend ? [{ backend, ...(checks ?? { samples }) }] : []))

it('docs/op-table.md shows what the checks find on the backends that start here', async () => {
  const table = introduction + (await opTable(columns))
  expect(table).not.toContain('| no ')
  if (columns.length === started.length) await expect(table).toMatchFileSnapshot(page)
  else expect(withoutColumns(readFileSync(page, 'utf8'))).toBe(table)
}, 600_000)

/** The page without the columns of the backends that do not start here. */
function withoutColumns(text: string): string {
  const missing = new Set(
    started.flatMap(({ name, backend }) => (backend ? [] : [`${name}, forward`, `${name}, gradient`])),
  )
  let kept: boolean[] = []
  return text.replace(/^\|.*\|$/gm, (line) => {
    const cells = line.slice(2, -2).split(' | ')
    if (cells[0] === 'op') kept = cells.map((cell) => !missing.has(cell))
    return `| ${cells.filter((_, index) => kept[index]).join(' | ')} |`
  })
}
