// The table of docs/numerics.md. `GRADUS_NUMERICS=full npx vitest run --project unit benchmarks/numerics.test.ts` measures all
// lengths, which takes minutes, and writes the page.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cpu } from '@gradus/backend-cpu'
import { wasm } from '@gradus/backend-wasm'
import { expect, it } from 'vitest'
import { ops, worstError } from './src/numerics/measure.ts'

const page = fileURLToPath(new URL('../docs/numerics.md', import.meta.url))
const lengths = [1e3, 1e4, 1e5, 1e6, 1e7, 5e7]
const tested = [1e3, 1e5, 1e6]
const backends = { cpu, wasm }

/** The bound that the page states, in units of 2 ** -24. */
const bounds = { cpu: 10, wasm: 150 } as const

const [begin, end] = ['<!-- table -->', '<!-- end of table -->']

if (process.env.GRADUS_NUMERICS === 'full') {
  it('writes the table', { timeout: 3_600_000 }, async () => {
    const lines = [
      `| op | backend | ${lengths.map(named).join(' | ')} |`,
      `| --- | --- |${' --- |'.repeat(lengths.length)}`,
    ]
    for (const op of ops) {
      for (const [name, start] of Object.entries(backends)) {
        // arrays of 200 MB need most of a heap
        const backend = start()
        const errors: string[] = []
        for (const length of lengths) errors.push((await worstError(backend, op, length)).toFixed(1))
        lines.push(`| ${op} | ${name} | ${errors.join(' | ')} |`)
        process.stdout.write(`${lines.at(-1)}\n`)
      }
    }
    const text = readFileSync(page, 'utf8')
    const [before, after] = [text.slice(0, text.indexOf(begin)), text.slice(text.indexOf(end))]
    writeFileSync(page, `${before}${begin}\n\n${lines.join('\n')}\n\n${after}`)
  })
}

it.each(ops)('errors of %s stay as docs/numerics.md says', { timeout: 120_000 }, async (op) => {
  const table = readTable()
  for (const name of ['cpu', 'wasm'] as const) {
    const backend = backends[name]()
    const stated = table.get(`${op} ${name}`)!
    for (const error of stated) expect(error).toBeLessThanOrEqual(bounds[name])
    for (const length of tested) {
      const error = await worstError(backend, op, length)
      // engines differ: fused products, for example, are rounded once
      expect(error, `${op} on ${name}, ${length} elements`).toBeLessThanOrEqual(
        2 * stated[lengths.indexOf(length)]! + 1,
      )
    }
  }
})

function named(length: number): string {
  return length >= 1e6 ? `${length / 1e6} M` : `${length / 1e3} k`
}

function readTable(): Map<string, number[]> {
  const text = readFileSync(page, 'utf8')
  const lines = text.slice(text.indexOf(begin), text.indexOf(end)).split('\n').slice(4)
  return new Map(
    lines.filter(Boolean).map((line) => {
      const [op, backend, ...errors] = line.slice(2, -2).split(' | ')
      return [`${op} ${backend}`, errors.map(Number)]
    }),
  )
}
