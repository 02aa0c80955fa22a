import type { Workload } from '../workloads/workloads.ts'
import type { Contender } from './process.ts'
import type { Settings } from './results.ts'
import { medianOf } from './statistics.ts'

/** A contestant with its process. */
export interface Participant {
  readonly id: string
  readonly contender: Contender
}

/** A contestant that is ready for a workload, with its results so far. */
export interface Ready extends Participant {
  readonly note?: string
  readonly ownLoss: boolean
  readonly before?: number
  readonly after?: number
  readonly firstMs: number
  readonly laterMs: number
  readonly losses?: readonly number[]
  /** Steps (runs of one unit) before `after` was taken. */
  readonly checkedSteps: number
  /** Units of work per repetition. */
  readonly perRep: number
  readonly reps: number
  readonly times: number[]
  figures: Readonly<Record<string, number>>
  reason?: string
}

/** The number of runs of one unit in the check, if there is time. */
export const checkRuns = 5

interface RunResult {
  readonly ms: number
  readonly done: number
  readonly losses?: readonly number[] | undefined
  readonly figures?: Readonly<Record<string, number>> | undefined
}

type Runner = (count: number) => Promise<RunResult>

/** Prepares a workload, checks its losses, and determines the number of repetitions. */
export async function prepare(workload: Workload, participant: Participant, settings: Settings): Promise<Ready> {
  const { limitMs, budgetMs, reps } = settings
  const { contender } = participant
  const run: Runner = async (count) => {
    const { ms = 0, done = count, losses, figures } = await contender.ask({ ask: 'run', count }, limitMs)
    return { ms, done, losses, figures }
  }
  const { note, ownLoss = false } = await contender.ask({ ask: 'prepare', spec: workload.spec }, limitMs)
  const { probe: before } = await contender.ask({ ask: 'probe' }, limitMs)
  const first = await run(1)
  const later: RunResult[] = []
  let spent = first.ms
  while (later.length === 0 || (later.length < checkRuns - 1 && spent < budgetMs)) {
    const latest = await run(1)
    later.push(latest)
    spent += latest.ms
  }
  const { probe: after } = workload.trains ? await contender.ask({ ask: 'probe' }, limitMs) : { probe: before }
  if (workload.trains) checkLoss(before, after)

  const { perRep, latest } = await warmUp(run, later, workload, settings)
  const perUnit = latest.ms / latest.done
  // a unit that takes the whole budget is not repeated: the time of the last run is the figure
  const enough = perUnit > budgetMs
  const affordable = Math.max(1, Math.floor(budgetMs / (perRep * perUnit)))
  return {
    ...participant,
    ownLoss,
    checkedSteps: 1 + later.length,
    perRep,
    reps: enough ? 0 : Math.min(reps, affordable),
    times: enough ? [perUnit] : [],
    firstMs: first.ms / first.done,
    laterMs: medianOf(later.map(({ ms, done }) => ms / done)),
    figures: latest.figures ?? {},
    ...(note !== undefined && { note }),
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
    ...(first.losses && { losses: first.losses }),
  }
}

/**
 * Determines the number of units of a repetition, and runs repetitions until the engine has compiled the hot code. A library
 * may compile a program for each number of steps, so the first run of a number does not count.
 */
async function warmUp(run: Runner, checked: readonly RunResult[], { spec }: Workload, settings: Settings) {
  const { warmUpMs, budgetMs, repMs, reps } = settings
  const pass = 'batches' in spec ? spec.batches : 1
  const unitsFor = (perUnit: number) => {
    const units = Math.max(1, Math.ceil(repMs / perUnit))
    return reps * pass * perUnit <= budgetMs / 2 ? Math.max(units, pass) : units
  }
  let latest = checked.at(-1)!
  let warm = checked.reduce((total, { ms }) => total + ms, 0)
  let perUnit = latest.ms / latest.done
  let perRep = 2 * pass * perUnit <= budgetMs ? Math.max(pass, unitsFor(perUnit)) : unitsFor(perUnit)
  while (2 * perRep * perUnit <= budgetMs) {
    const unready = await run(perRep)
    latest = await run(perRep)
    warm += unready.ms + latest.ms
    perUnit = latest.ms / latest.done
    const better = unitsFor(perUnit)
    const fits = better <= 2 * perRep && perRep <= 2 * better
    if ((fits && warm >= warmUpMs) || warm >= budgetMs) break
    if (!fits) perRep = better
  }
  return { perRep, latest }
}

function checkLoss(before: number | undefined, after: number | undefined): void {
  if (before === undefined || after === undefined) return
  if (!Number.isFinite(before) || !Number.isFinite(after)) {
    throw new Error(`the loss is not finite: ${before}, ${after}`)
  }
  if (after >= before) throw new Error(`the loss does not fall: ${before}, after training ${after}`)
}
