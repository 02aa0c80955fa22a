// The resident memory of programs that free nothing, each in a new process; Linux only, after `npm run build`:
//   node benchmarks/memory.mjs [--only TEXT] [--quick] [--markdown docs/memory.md]
import { parseArgs } from 'node:util'
import { cases } from './src/memory/cases.mjs'
import { inChromium, inNode } from './src/memory/platforms.mjs'
import { writeTable } from './src/memory/write-table.mjs'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
    markdown: { type: 'string' },
  },
})
const thorough = { ops: 100_000, backends: 1000, predicts: 10_000, models: 60 }
const sizes = values.quick ? { ops: 5000, backends: 50, predicts: 500, models: 10 } : thorough
const counts = [sizes.ops, sizes.ops, sizes.ops, sizes.backends, sizes.predicts, sizes.models, sizes.models]

const runs = Object.keys(cases).flatMap((title, index) =>
  Object.entries({ Node: inNode, Chromium: inChromium }).flatMap(([platform, run]) =>
    ['cpu', 'wasm'].map((backend) => ({ title, count: counts[index], platform, backend, run })),
  ),
)
const megabytes = (bytes) => String(Math.round(bytes / 1e6))
const rows = []
for (const { title, count, platform, backend, run } of runs) {
  const name = `${count.toLocaleString('en').replaceAll(',', ' ')} ${title}`
  if (!`${name} ${platform} ${backend}`.includes(values.only)) continue
  const cells = await run(title, backend, sizes).then(
    ({ start, most, end, bytes, seconds, remark = '' }) => {
      const figures = [start, most, end, bytes].map(megabytes)
      console.error(`${name}, ${platform}, ${backend}: ${figures.join(', ')} MB; ${seconds.toFixed(0)} s`)
      return [...figures, remark]
    },
    (error) => ['', '', '', '', `failed: ${error.message}`],
  )
  rows.push([name, platform, backend, ...cells])
}
writeTable(['program', 'in', 'backend', 'before', 'most', 'after', 'of tensors', ''], rows, values.markdown)
