import { setTimeout } from 'node:timers/promises'
import type { Workload } from '../workloads/workloads.ts'
import { checkRuns, type Participant, prepare, type Ready } from './prepare.ts'
import type { Row, Settings } from './results.ts'
import { medianOf, spreadOf } from './statistics.ts'

export type Log = (message: string) => void

/** Measures one workload: prepares and warms up each contestant, then repeats A B C, A B C, ... */
export async function measure(
  workload: Workload,
  participants: readonly Participant[],
  settings: Settings,
  log: Log,
): Promise<Row[]> {
  const rows = new Map<string, Row>()
  const ready: Ready[] = []
  for (const participant of participants) {
    const { id } = participant
    try {
      ready.push(await prepare(workload, participant, settings))
    } catch (error) {
      rows.set(id, { contestant: id, reason: reasonOf(error) })
    }
    log(`  ${id}: ${rows.get(id)?.reason ?? 'ready'}`)
  }
  disqualify(ready, workload)
  for (let rep = 0; rep < settings.reps; rep++) {
    for (const entry of ready) if (!entry.reason && rep < entry.reps) await repeat(entry, settings)
  }
  for (const entry of ready) {
    await entry.contender.ask({ ask: 'release' }, settings.limitMs).catch(() => entry.contender.stop())
    rows.set(entry.id, rowOf(entry, workload))
  }
  return participants.map(({ id }) => rows.get(id)!)
}

/** A contestant that starts with another loss than the others, or gets another result, does other work and has no figure. */
function disqualify(ready: readonly Ready[], { spec, trains }: Workload): void {
  const known = ready.filter((entry) => entry.before !== undefined && !entry.ownLoss)
  const tolerance = spec.kind === 'reduction' || spec.kind === 'memory' ? 1e-2 : 1e-3
  const start = trains ? 'starts with a loss of' : 'gets'
  differ(
    known,
    ({ before = 0 }) => before,
    (usual) => tolerance * Math.max(1, Math.abs(usual)),
    start,
  )
  // dropout, and the order of an epoch, are different for each contestant
  if (!trains || spec.kind === 'article' || (spec.kind === 'cnn' && spec.dropout > 0)) return
  const checked = known.filter(({ checkedSteps }) => checkedSteps === checkRuns)
  const fall = usualOf(checked, ({ before = 0, after = 0 }) => before - after)
  differ(
    checked,
    ({ after = 0 }) => after,
    () => 0.02 * fall,
    `has after ${checkRuns} steps a loss of`,
  )
}

/** The median of the libraries. All contestants of one library have one vote. */
function usualOf(entries: readonly Ready[], valueOf: (entry: Ready) => number): number {
  const votes = new Map<string, number[]>()
  for (const entry of entries) {
    const library = entry.id.split(/[-@]/)[0]!
    votes.set(library, [...(votes.get(library) ?? []), valueOf(entry)])
  }
  return medianOf([...votes.values()].map(medianOf))
}

function differ(
  entries: readonly Ready[],
  valueOf: (entry: Ready) => number,
  tolerance: (usual: number) => number,
  what: string,
): void {
  const usual = usualOf(entries, valueOf)
  for (const entry of entries) {
    const value = valueOf(entry)
    if (entry.reason !== undefined || Math.abs(value - usual) <= tolerance(usual)) continue
    entry.reason = `does other work: it ${what} ${value.toPrecision(6)}, the others ${usual.toPrecision(6)}`
  }
}

async function repeat(entry: Ready, { limitMs }: Settings): Promise<void> {
  await setTimeout(10) // threads of the previous contestant may still be going to sleep
  try {
    const { ms = 0, done = 1, figures } = await entry.contender.ask({ ask: 'run', count: entry.perRep }, limitMs)
    entry.times.push(ms / done)
    if (figures) entry.figures = figures
  } catch (error) {
    entry.reason = reasonOf(error)
  }
}

function rowOf(entry: Ready, { unit, also }: Workload): Row {
  const { id, note, reason, times, figures, firstMs, laterMs, before, after, losses, perRep } = entry
  const base = { contestant: id, ...(note !== undefined && { note }) }
  if (reason !== undefined || times.length === 0) return { ...base, reason: reason ?? 'not repeated' }
  const ms = spreadOf(times)
  return {
    ...base,
    figure: {
      ...spreadOf(times.map((time) => unit.of(time, figures))),
      reps: times.length,
      perRep,
      ms,
      ...(also && { also: also.of(ms.median, figures) }),
      firstMs,
      laterMs,
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
      ...(losses && { losses }),
      ...(Object.keys(figures).length > 0 && { figures }),
    },
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
