// Processor time and peak memory of the first call of long programs, each in a new process, after `npm run build`:
//   node benchmarks/depth.mjs [--markdown docs/architecture.md]
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeTable } from './src/memory/write-table.mjs'

const { values } = parseArgs({ options: { markdown: { type: 'string' } } })
const sizes = [1000, 5000, 20_000]
const titles = {
  chain: 'a chain of n elementwise ops',
  sum: 'the sum of n inputs',
  gradient: 'the gradient of n / 3 sines',
}
const repetitions = 3

function measure(shape, backend, nodes) {
  const program = join(import.meta.dirname, 'src/depth/compile-one.mjs')
  return JSON.parse(execFileSync(process.execPath, [program, shape, backend, String(nodes)], { encoding: 'utf8' }))
}

/** The exponent e of time = c n^e, with the least squares of logarithms. */
function exponentOf(times) {
  const [x, y] = [sizes.map(Math.log), times.map(Math.log)]
  const mean = (list) => list.reduce((a, b) => a + b) / list.length
  const [mx, my] = [mean(x), mean(y)]
  return mean(x.map((a, i) => (a - mx) * (y[i] - my))) / mean(x.map((a) => (a - mx) ** 2))
}

const rows = []
for (const [shape, title] of Object.entries(titles)) {
  for (const backend of ['cpu', 'wasm']) {
    const runs = sizes.map((nodes) => Array.from({ length: repetitions }, () => measure(shape, backend, nodes)))
    const times = runs.map((list) => Math.min(...list.map(({ ms }) => ms)))
    const peaks = runs.map((list) => Math.min(...list.map(({ bytes }) => bytes)))
    const cells = times.map((ms, index) => `${(ms / 1000).toFixed(2)} s, ${Math.round(peaks[index] / 1e6)} MB`)
    rows.push([title, backend, ...cells, exponentOf(times).toFixed(2)])
    console.error(rows.at(-1).join('; '))
  }
}
const head = [
  'program',
  'backend',
  ...sizes.map((n) => `n = ${n.toLocaleString('en').replaceAll(',', ' ')}`),
  'exponent',
]
writeTable(head, rows, values.markdown)
