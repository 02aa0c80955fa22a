import type { Results, Row, WorkloadResult } from '../harness/results.ts'
import { formatNumber as n, table } from './format.ts'
import { onSoftware } from './software.ts'

/** All tables in Markdown. */
export function report(results: Results): string {
  return [
    heading(results),
    goals(results),
    ...results.workloads.map(workload),
    compileTimes(results),
    startUp(results),
    memory(results),
    sizes(results),
    contestants(results),
  ]
    .filter((part) => part !== undefined)
    .join('\n\n')
}

function heading({ machine, date, command, settings, contestants: list }: Results): string {
  const { cpu, cores, memoryGb, system, node } = machine
  const warning = onSoftware(list)
    ? ' A software driver computes: the figures are useful as ratios only, and goals are not judged.'
    : ''
  return `Measured on ${date.slice(0, 10)} with \`${command}\` on ${cpu} (${cores} cores, ${memoryGb} GB), ${system}, Node ${node}. Each figure is the median of up to ${settings.reps} repetitions; a contestant that is slow has fewer.${warning}`
}

function section(title: string, body: string): string {
  return `### ${title}\n\n${body}`
}

function goals({ goals: list }: Results): string | undefined {
  if (list.length === 0) return undefined
  const rows = list.map(({ goal, subject, workload: id, figure, target, verdict, detail }) => [
    goal,
    id,
    subject,
    n(figure),
    target,
    verdict,
    detail,
  ])
  return section('Goals', table(['goal', 'workload', 'for', 'figure', 'target', 'verdict', 'how'], rows))
}

function workload({ title, unit, alsoUnit, base, rows }: WorkloadResult): string {
  const also = alsoUnit === undefined ? [] : [alsoUnit]
  const head = ['contestant', unit, 'min', 'max', ...also, `time / ${base}`, 'reps', 'remark']
  const cells = rows.map((row) => workloadRow(row, also.length))
  return section(title, table(head, cells))
}

function workloadRow({ contestant, figure, ratio, note = '', reason }: Row, also: number): string[] {
  const extra = (value: string) => Array.from({ length: also }, () => value)
  if (!figure) return [contestant, '-', '-', '-', ...extra('-'), '-', '-', reason ?? '']
  const { median, min, max, reps } = figure
  return [contestant, n(median), n(min), n(max), ...extra(n(figure.also)), n(ratio), String(reps), note]
}

/** The compile times: the first step less a later one, for contestants that compile. */
function compileTimes({ workloads }: Results): string | undefined {
  const rows = workloads.flatMap(({ id, rows: list }) =>
    list.flatMap(({ contestant, figure }) => {
      if (!figure || figure.before === undefined || figure.losses) return []
      if (!/^(gradus|jax-js)/.test(contestant) || /^(matmul|elementwise|reduction|memory|fit-overhead)/.test(id))
        return []
      return [[id, contestant, n(figure.firstMs - figure.laterMs), n(figure.firstMs), n(figure.laterMs)]]
    }),
  )
  if (rows.length === 0) return undefined
  const head = ['workload', 'contestant', 'compiling, ms', 'first step, ms', 'later step, ms']
  return section('Compiling a train step: the first step of a process less a later one', table(head, rows))
}

function startUp({ startUp: list }: Results): string | undefined {
  if (list.length === 0) return undefined
  const rows = list.map(({ contestant, ms, reps, peakMb, reason = '' }) =>
    ms
      ? [contestant, n(ms.median), n(ms.min), n(ms.max), n(peakMb), String(reps), '']
      : [contestant, '-', '-', '-', '-', '-', reason],
  )
  const head = ['contestant', 'ms', 'min', 'max', 'peak memory, MB', 'reps', 'remark']
  return section('From import to the first trained step, in a new process', table(head, rows))
}

function memory({ memory: list }: Results): string | undefined {
  if (list.length === 0) return undefined
  const rows = list.map(({ contestant, peakMb }) => [contestant, n(peakMb)])
  return section('Peak memory (resident) of a process after all its workloads', table(['contestant', 'MB'], rows))
}

function sizes({ sizes: list }: Results): string | undefined {
  if (list.length === 0) return undefined
  const rows = list.map(({ bundle, gzipKb, minifiedKb, laterKb, reason = '' }) => [
    bundle,
    n(gzipKb),
    n(minifiedKb),
    n(laterKb),
    reason,
  ])
  const head = ['bundle', 'gzip, kB', 'minified, kB', 'loaded later, gzip kB', 'remark']
  return section('Size of a dense network, Adam and a training loop for the browser', table(head, rows))
}

function contestants({ contestants: list }: Results): string {
  const rows = list.map(({ id, title, version = '-', runtime = '-', reason = '' }) => [
    id,
    title,
    version,
    runtime,
    reason,
  ])
  return section('Contestants', table(['name', 'what', 'version', 'runs on', 'remark'], rows))
}
