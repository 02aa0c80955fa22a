// The table of docs/numerics.md. `GRADUS_NUMERICS=full npx vitest run --project unit benchmarks/numerics.test.ts` measures all
// lengths, which takes minutes, and writes the page. `GRADUS_NUMERICS=cpu,wasm` measures these backends only; the rows of others
// stay as they are, and so do those of webgpu where there is no adapter.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cpu } from '@gradus/backend-cpu'
import { wasm } from '@gradus/backend-wasm'
import { webgpu } from '@gradus/backend-webgpu'
import type { Backend } from '@gradus/tensor'
import { expect, it } from 'vitest'
import { adapterObstacle, dawnGpu } from '../packages/backend-webgpu/src/testing/dawn.ts'
import { ops, worstError } from './src/numerics/measure.ts'

const page = fileURLToPath(new URL('../docs/numerics.md', import.meta.url))
const lengths = [1e3, 1e4, 1e5, 1e6, 1e7, 5e7]

interface Measured {
  start(): Backend | Promise<Backend>
  /** The bound that the page states, in units of 2 ** -24. */
  readonly bound: number
  /** The greatest length that is measured; beyond it the page has a dash. */
  readonly longest: number
  /** The lengths that the test measures again. */
  readonly tested: readonly number[]
}

const tested = [1e3, 1e5, 1e6]
const backends: Readonly<Record<string, Measured>> = {
  cpu: { start: cpu, bound: 10, longest: 5e7, tested },
  wasm: { start: wasm, bound: 150, longest: 5e7, tested },
  // drivers in software take long
  webgpu: { start: () => webgpu({ gpu: dawnGpu() }), bound: 520, longest: 1e7, tested: [1e3, 1e5] },
}
const obstacle = await adapterObstacle()
const here = Object.entries(backends).filter(([name]) => name !== 'webgpu' || obstacle === undefined)

const [begin, end] = ['<!-- table -->', '<!-- end of table -->']

if (process.env.GRADUS_NUMERICS !== undefined) {
  const wanted = process.env.GRADUS_NUMERICS.split(',')
  const measured = here.map(([name]) => name).filter((name) => wanted.includes(name) || wanted.includes('full'))
  it('writes the table', { timeout: 3_600_000 }, async () => {
    const known = readTable()
    const lines = [
      `| op | backend | ${lengths.map(named).join(' | ')} |`,
      `| --- | --- |${' --- |'.repeat(lengths.length)}`,
    ]
    for (const op of ops) {
      for (const [name, { start, longest }] of Object.entries(backends)) {
        // arrays of 200 MB need most of a heap
        const backend = measured.includes(name) ? await start() : undefined
        const errors: string[] = []
        for (const [number, length] of lengths.entries()) {
          if (length > longest) errors.push('-')
          else if (backend) errors.push((await worstError(backend, op, length)).toFixed(1))
          else errors.push(known.get(`${op} ${name}`)![number]!.toFixed(1))
        }
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
  for (const [name, { start, bound, longest, tested }] of here) {
    const backend = await start()
    const stated = table.get(`${op} ${name}`)!
    expect(stated.map(Number.isNaN)).toEqual(lengths.map((length) => length > longest))
    for (const error of stated) expect(error > bound).toBe(false)
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
