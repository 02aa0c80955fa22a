import { fileURLToPath } from 'node:url'
import { cpu } from '@gradus/backend-cpu'
import { wasm } from '@gradus/backend-wasm'
import { expect, it } from 'vitest'
import { opTable } from './op-table.ts'

const page = fileURLToPath(new URL('../../../../docs/op-table.md', import.meta.url))

const introduction = `# Ops and backends

What runs where, from running every op's samples on each backend. *Forward* is \`yes\` where values agree with the reference,
whole with inlined and compiled with eager; *gradient* where first and second derivatives agree with finite differences in
float64, compiled and eager. \`-\` marks ops through which no gradient flows.

This page is written by \`npm run op-table\` in \`packages/testing\`, and a test fails when it is out of date.

`

it('docs/op-table.md shows what the checks find', async () => {
  const table = await opTable([{ backend: cpu() }, { backend: wasm() }])
  expect(table).not.toContain('| no ')
  await expect(introduction + table).toMatchFileSnapshot(page)
})
