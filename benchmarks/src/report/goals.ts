import { readFileSync } from 'node:fs'
import type { Figure, GoalResult, WorkloadResult } from '../harness/results.ts'

/** A row of `goals.json`. One of `than`, `shareOf`, `compileBelow` and `below` says what is asked. */
export interface Goal {
  readonly goal: string
  /** A workload, or a group such as `matmul` that stands for each of its members, or its sizes from `minimumSize`. */
  readonly workload: string
  readonly minimumSize?: number
  /** Whose figure it is; each also with the newer Node, against peers on that Node where they run on both. */
  readonly subjects: readonly string[]
  /** The best of these, */
  readonly than?: readonly string[]
  /** how many times as fast the subject has to be. */
  readonly atLeast?: number
  /** Whose rate counts as 1, with `atLeast` as the share of it. */
  readonly shareOf?: string
  /** Microseconds (workloads that have that unit), or whatever the unit of the workload is. */
  readonly below?: number
  /** Milliseconds that the first step may take beyond a later one. */
  readonly compileBelow?: number
}

export function readGoals(path: string): Goal[] {
  return JSON.parse(readFileSync(path, 'utf8')) as Goal[]
}

/** What has become of each goal, for each subject and workload. */
export function judge(goals: readonly Goal[], workloads: readonly WorkloadResult[]): GoalResult[] {
  return goals.flatMap((goal) =>
    workloads
      .filter(({ id }) => concerns(goal, id))
      .flatMap((workload) => goal.subjects.map((subject) => judgeOne(goal, workload, subject))),
  )
}

function concerns({ workload, minimumSize = 0 }: Goal, id: string): boolean {
  if (id === workload) return true
  return id.startsWith(`${workload}-`) && !(Number(id.slice(workload.length + 1)) < minimumSize)
}

function judgeOne(goal: Goal, workload: WorkloadResult, subject: string): GoalResult {
  const figureOf = (id: string) => workload.rows.find(({ contestant }) => contestant === id)?.figure
  const suffix = subject.includes('@') ? subject.slice(subject.indexOf('@')) : ''
  const figureFor = (id: string) => {
    const own = figureOf(`${id}${suffix}`)
    return own ? { id: `${id}${suffix}`, figure: own } : { id, figure: figureOf(id) }
  }
  const base = { goal: goal.goal, subject, workload: workload.id, target: targetOf(goal) }
  const unknown = (detail: string): GoalResult => ({ ...base, verdict: 'not measured', detail })
  const own = figureOf(subject)
  if (!own) return unknown(`no figure of ${subject}`)

  if (goal.compileBelow !== undefined) {
    const figure = own.firstMs - own.laterMs
    return { ...base, figure, verdict: verdict(figure < goal.compileBelow), detail: 'first step less a later one, ms' }
  }
  if (goal.below !== undefined) {
    return { ...base, figure: own.median, verdict: verdict(own.median < goal.below), detail: workload.unit }
  }
  const rivals = (goal.than ?? [goal.shareOf!]).map(figureFor)
  const best = rivals
    .filter((rival): rival is { id: string; figure: Figure } => rival.figure !== undefined)
    .sort((a, b) => a.figure.ms.median - b.figure.ms.median)[0]
  if (!best) return unknown(`no figure of ${rivals.map(({ id }) => id).join(', ')}`)
  // at elementwise work and in `memory` the ceiling has the same bytes per unit of work, so that times compare as rates do
  const figure = best.figure.ms.median / own.ms.median
  const detail = goal.shareOf === undefined ? `as fast as ${best.id}` : `of the rate of ${best.id}`
  return { ...base, figure, verdict: verdict(figure >= goal.atLeast!), detail }
}

function targetOf({ atLeast, below, compileBelow }: Goal): string {
  if (compileBelow !== undefined) return `< ${compileBelow}`
  return below === undefined ? `>= ${atLeast}` : `< ${below}`
}

function verdict(met: boolean): 'met' | 'missed' {
  return met ? 'met' : 'missed'
}
