import { cpus, release, type as systemName, totalmem } from 'node:os'
import { join } from 'node:path'
import { judge, readGoals } from '../report/goals.ts'
import { onSoftware } from '../report/software.ts'
import type { Shapes } from '../workloads/shapes.ts'
import { articleSpec } from '../workloads/specs.ts'
import type { Workload } from '../workloads/workloads.ts'
import { type Log, measure } from './measure.ts'
import { inChromium, type Mode } from './modes.ts'
import type { Participant } from './prepare.ts'
import { Contender } from './process.ts'
import type { ContestantInfo, Machine, Results, Row, Settings, WorkloadResult } from './results.ts'
import type { Contestant, Missing, Paths } from './roster.ts'
import { measureSizes } from './sizes.ts'
import { measureStartUp } from './start-up.ts'
import type { Tools } from './tools.ts'

/** A run of the benchmarks. */
export interface Run {
  readonly command: string
  readonly mode: Mode
  readonly settings: Settings
  readonly shapes: Shapes
  readonly contestants: readonly Contestant[]
  readonly workloads: readonly Workload[]
  readonly startUp: boolean
  readonly size: boolean
  readonly paths: Paths
  readonly tools: Tools
  readonly log: Log
}

/** Measures all contestants at all workloads, in turns. */
export async function measureAll(run: Run): Promise<Results> {
  const { command, mode, settings, shapes, contestants, workloads, startUp, size, paths, tools, log } = run
  const { participants, infos, reasons } = await startAll(run)
  try {
    const measured: WorkloadResult[] = []
    for (const workload of workloads) {
      log(`${workload.id}: ${workload.title}`)
      const concerned = contestants.filter(({ kinds }) => !kinds || kinds.includes(workload.spec.kind))
      if (concerned.length === 0) continue
      const able = participants.filter(({ id }) => concerned.some((contestant) => contestant.id === id))
      const rows = new Map((await measure(workload, able, settings, log)).map((row) => [row.contestant, row]))
      const all = concerned.map(({ id }) => rows.get(id) ?? { contestant: id, reason: reasons.get(id) ?? 'missing' })
      measured.push(resultOf(workload, all, mode))
    }
    const memory = participants
      .filter(({ contender }) => contender.peakMb > 0)
      .map(({ id, contender }) => ({ contestant: id, peakMb: contender.peakMb }))
    for (const { contender } of participants) contender.stop() // so that nothing else runs
    const article = startUp && shapes.article ? articleSpec(shapes.article) : undefined
    return {
      version: 1,
      date: new Date().toISOString(),
      machine: thisMachine(),
      command,
      shapes,
      settings,
      contestants: infos,
      workloads: measured,
      startUp: article ? await measureStartUp(contestants, paths, article, settings, log) : [],
      memory,
      sizes: size && tools.builder ? await measureSizes(tools.builder) : [],
      goals: onSoftware(infos)
        ? []
        : judge(readGoals(join(tools.home, 'goals.json')), measured).filter(({ subject }) =>
            mode.roster.some(({ id }) => id === subject),
          ),
    }
  } finally {
    for (const { contender } of participants) contender.stop()
  }
}

/** Starts all contestants and asks for their versions; keeps the reasons of those that cannot start. */
async function startAll({ contestants, paths, settings, log }: Run) {
  const participants: Participant[] = []
  const infos: ContestantInfo[] = []
  const reasons = new Map<string, string>()
  for (const { id, title, command } of contestants) {
    const found = command(paths)
    const contender = 'missing' in found ? undefined : new Contender(found)
    try {
      if (!contender) throw new Error((found as Missing).missing)
      const { version = '', runtime = '' } = await contender.ask({ ask: 'about' }, settings.limitMs)
      participants.push({ id, contender })
      infos.push({ id, title, version, runtime })
    } catch (error) {
      const reason = (error as Error).message
      contender?.stop()
      reasons.set(id, reason)
      infos.push({ id, title, reason })
      log(`${id}: ${reason}`)
    }
  }
  return { participants, infos, reasons }
}

function resultOf({ id, title, unit, also }: Workload, rows: readonly Row[], { base }: Mode): WorkloadResult {
  const msOf = (id: string) => rows.find(({ contestant }) => contestant === id)?.figure?.ms.median
  const ratioOf = ({ contestant, figure }: Row) => {
    const own = contestant.endsWith(inChromium) ? msOf(`${base}${inChromium}`) : msOf(base)
    return own && figure ? { ratio: figure.ms.median / own } : {}
  }
  return {
    id,
    title,
    unit: unit.name,
    better: unit.better,
    base,
    ...(also && { alsoUnit: also.name }),
    rows: rows.map((row) => ({ ...row, ...ratioOf(row) })),
  }
}

function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${systemName()} ${release()}`,
    node: process.versions.node,
  }
}
