import type { OpSamples } from '@gradus/tensor/internals'
import { opSamples } from '@gradus/tensor/samples'
import { type Outcome, runChecks, withSkips } from '../check.ts'
import { backendOpChecks, setupOf } from './backend-checks.ts'
import type { Aspect, OpCheck } from './op-checks.ts'
import type { BackendCheckOptions, BackendSource } from './options.ts'

/** The columns of the table for one backend: the backend and the options of its checks. */
export interface TableBackend extends BackendCheckOptions {
  readonly backend: BackendSource
}

const forwardAspects: readonly Aspect[] = ['forward', 'inlined', 'compiled']

/**
 * A Markdown table of ops and backends, with a column for the values and one for the derivatives of each backend. Runs the checks
 * of all ops. A cell is `yes` if all checks passed, `no` if one failed, `skipped` if one was skipped, and `-` if there is none.
 */
export async function opTable(backends: readonly TableBackend[]): Promise<string> {
  const columns: { name: string; results: Map<string, { forward: string; gradient: string }> }[] = []
  for (const { backend, ...options } of backends) {
    const setup = setupOf(backend, options)
    const checks = withSkips(backendOpChecks(setup, options), options.skip ?? {})
    const outcomes = await runChecks(checks)
    columns.push({ name: (await setup.backend()).name, results: summarize(checks, outcomes) })
  }
  const samples = backends.map((column) => column.samples ?? opSamples)
  const rows = [...new Map(samples.flat().map((entry) => [entry.op.name, entry])).values()].sort(byKindAndName)
  // an op with neither a derivative nor a body stops gradients
  const stops = new Set(rows.flatMap(({ op }) => (op.vjp || op.linearize || op.inline ? [] : [op.name])))
  const cells = (name: string) =>
    columns.flatMap(({ results }) => [
      results.get(name)?.forward ?? '-',
      (stops.has(name) ? undefined : results.get(name)?.gradient) ?? '-',
    ])
  const head = ['op', 'kind', ...columns.flatMap(({ name }) => [`${name}, forward`, `${name}, gradient`])]
  return [
    row(head),
    row(head.map(() => '---')),
    ...rows.map(({ op }) => row([`\`${op.name}\``, op.inline ? 'composite' : 'primitive', ...cells(op.name)])),
    '',
  ].join('\n')
}

function summarize(
  checks: readonly OpCheck[],
  outcomes: readonly Outcome[],
): Map<string, { forward: string; gradient: string }> {
  const byOp = new Map<string, { forward: string[]; gradient: string[] }>()
  checks.forEach(({ op, aspect }, index) => {
    const entry = byOp.get(op) ?? { forward: [], gradient: [] }
    byOp.set(op, entry)
    entry[forwardAspects.includes(aspect) ? 'forward' : 'gradient'].push(outcomes[index]!.status)
  })
  return new Map(
    [...byOp].map(([op, { forward, gradient }]) => [op, { forward: verdict(forward), gradient: verdict(gradient) }]),
  )
}

function verdict(statuses: readonly string[]): string {
  if (statuses.length === 0) return '-'
  if (statuses.includes('failed')) return 'no'
  return statuses.includes('skipped') ? 'skipped' : 'yes'
}

function byKindAndName(a: OpSamples, b: OpSamples): number {
  return Number(Boolean(a.op.inline)) - Number(Boolean(b.op.inline)) || (a.op.name < b.op.name ? -1 : 1)
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
