import type { Counts } from '../harness/counts.ts'
import { countNames } from '../shared/gpu-counts.ts'
import { formatNumber, table } from './format.ts'

const head = [
  'workload',
  'contestant',
  'dispatches',
  'passes',
  'submits',
  'pipelines',
  'buffers',
  'bind groups',
  'bytes uploaded',
  'bytes copied',
  'reads',
  'remark',
]

/** The table of counts in Markdown. */
export function countsReport({ date, command, versions, rows }: Counts): string {
  const names = [...new Set(rows.map(({ workload }) => workload))]
  const cells = names.flatMap((name) =>
    rows
      .filter(({ workload }) => workload === name)
      .map(({ contestant, counts, reason = '' }) => [
        name,
        contestant,
        ...countNames.map((count) => formatNumber(counts?.[count])),
        reason,
      ]),
  )
  const who = Object.entries(versions).map(([id, version]) => `${id} is ${version}`)
  return `Counted on ${date} with \`${command}\`; ${who.join(', ')}.\n\n${table(head, cells)}`
}
