import { type Outcome, type Verdict, verdictOf } from './outcome.ts'

/** The line for a case that did not pass; undefined for the others. */
export function lineOf(outcome: Outcome): string | undefined {
  const verdict = verdictOf(outcome)
  if (verdict === 'unsupported') return `NOT SUPPORTED  ${outcome.name}  ${outcome.missing.join(', ')}`
  if (verdict === 'passed') return undefined
  const worst = outcome.deviations.reduce((a, b) => (b.excess > a.excess ? b : a))
  const times = Number.isFinite(worst.excess) ? ` (${Number(worst.excess.toPrecision(3))} times what is allowed)` : ''
  const others = outcome.deviations.length > 1 ? ` and ${outcome.deviations.length - 1} more` : ''
  return `FAILED         ${outcome.name}  ${worst.field}: expected ${worst.expected}, got ${worst.got}${times}${others}`
}

type Counts = Record<Verdict, number>

/** The counts of each group and of all, a line each. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const groups = new Map<string, Counts>()
  const total: Counts = { passed: 0, failed: 0, unsupported: 0 }
  for (const outcome of outcomes) {
    const counts = groups.get(outcome.group) ?? { passed: 0, failed: 0, unsupported: 0 }
    groups.set(outcome.group, counts)
    counts[verdictOf(outcome)]++
    total[verdictOf(outcome)]++
  }
  const rows = [...groups, ['total', total] as const]
  const width = Math.max(...rows.map(([group]) => group.length))
  return rows
    .map(
      ([group, { passed, failed, unsupported }]) =>
        `${group.padEnd(width)}  ${String(passed).padStart(4)} passed  ${String(failed).padStart(4)} failed  ${String(unsupported).padStart(4)} unsupported`,
    )
    .join('\n')
}
