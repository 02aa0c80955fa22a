import { readFileSync } from 'node:fs'
import type { Figure, GoalResult, WorkloadResult } from '../harness/results.ts'

/** A row of `goals.json`. It has one of `than`, `shareOf`, `compileBelow` and `below`. */
export interface Goal {
  readonly goal: string
  /** A workload, or a group such as `matmul`: all of its workloads, or those from `minimumSize`. */
  readonly workload: string
  readonly minimumSize?: number
  /** The contestants that have the goal. Those on the newer Node are compared with peers on that Node, if there are any. */
  readonly subjects: readonly string[]
  /** The subject has to be `atLeast` times as fast as the best of these. */
  readonly than?: readonly string[]
  readonly atLeast?: number
  /** The subject has to reach the share `atLeast` of the rate of this contestant. */
  readonly shareOf?: string
  /** The limit of the figure, in the unit of the workload. */
  readonly below?: number
  /** The limit of the compile time: the time of the first step less that of a later one, in milliseconds. */
  readonly compileBelow?: number
}

export function readGoals(path: string): Goal[] {
  return JSON.parse(readFileSync(path, 'utf8')) as Goal[]
}

/** The result of each goal, for each subject and workload. */
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
  // in `elementwise` and `memory` the ceiling moves the same bytes per unit of work, so times compare as rates do
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
