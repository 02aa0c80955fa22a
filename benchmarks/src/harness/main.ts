import { cpus, release, type as systemName, totalmem } from 'node:os'
import { join } from 'node:path'
import { judge, readGoals } from '../report/goals.ts'
import { report } from '../report/report.ts'
import { writeJson, writeMarkdown } from '../report/write.ts'
import { readShapes } from '../workloads/shapes.ts'
import { articleSpec } from '../workloads/specs.ts'
import { type Workload, workloadsOf } from '../workloads/workloads.ts'
import { measure } from './measure.ts'
import { help, type Options, readOptions } from './options.ts'
import { findPlaces } from './places.ts'
import type { Entry } from './prepare.ts'
import { Contender } from './process.ts'
import type { ContestantInfo, Machine, Results, Row, WorkloadResult } from './results.ts'
import type { Contestant, Missing, Places } from './roster.ts'
import { measureSizes } from './sizes.ts'
import { measureStartUp } from './start-up.ts'
import type { Tools } from './tools.ts'

const log = (message: string) => console.error(message)

/** `npm run bench`. Gives the exit code. */
export async function main(argv: readonly string[], tools: Tools): Promise<number> {
  const options = readOptions(argv, tools.home)
  if (options.help) {
    console.log(help)
    return 0
  }
  const results = await runAll(options, argv, tools)
  const text = report(results)
  console.log(text)
  writeJson(options.json, results)
  if (options.markdown !== undefined) writeMarkdown(options.markdown, text)
  return 0
}

async function runAll(options: Options, argv: readonly string[], tools: Tools): Promise<Results> {
  const { settings } = options
  const shapes = readShapes(options.shapes)
  const contestants = chosen(options)
  const { workloads, startUp, size } = wanted(options.only, workloadsOf(shapes))
  const places = await findPlaces(tools, {
    peers: contestants.some(({ peers }) => peers),
    pages: contestants.some(({ id }) => id.endsWith('@chromium')),
  })
  const { entries, infos, reasons } = await meet(contestants, places, settings.limitMs)
  try {
    const measured: WorkloadResult[] = []
    for (const workload of workloads) {
      log(`${workload.id}: ${workload.title}`)
      const concerned = contestants.filter(({ kinds }) => !kinds || kinds.includes(workload.spec.kind))
      if (concerned.length === 0) continue
      const able = entries.filter(({ id }) => concerned.some((contestant) => contestant.id === id))
      const rows = new Map((await measure(workload, able, settings, log)).map((row) => [row.contestant, row]))
      const all = concerned.map(({ id }) => rows.get(id) ?? { contestant: id, reason: reasons.get(id) ?? 'missing' })
      measured.push(resultOf(workload, all, options.base))
    }
    const memory = entries
      .filter(({ contender }) => contender.peakMb > 0)
      .map(({ id, contender }) => ({ contestant: id, peakMb: contender.peakMb }))
    for (const { contender } of entries) contender.stop() // so that nothing else is awake
    const article = startUp && shapes.article ? articleSpec(shapes.article) : undefined
    return {
      version: 1,
      date: new Date().toISOString(),
      machine: thisMachine(),
      command: ['npm run bench --', ...argv].join(' ').replace(/ --$/, ''),
      shapes,
      settings,
      contestants: infos,
      workloads: measured,
      startUp: article ? await measureStartUp(contestants, places, article, settings, log) : [],
      memory,
      sizes: size ? await measureSizes(tools) : [],
      goals: judge(readGoals(join(tools.home, 'goals.json')), measured).filter(({ subject }) =>
        options.roster.some(({ id }) => id === subject),
      ),
    }
  } finally {
    for (const { contender } of entries) contender.stop()
    places.close()
  }
}

/** What is measured. Throws for a name that stands for nothing. */
function wanted(only: readonly string[] | undefined, all: readonly Workload[]) {
  if (only === undefined) return { workloads: all, startUp: true, size: true }
  const names = new Set([...all.flatMap(({ id, group }) => [id, group]), 'start-up', 'size'])
  const unknown = only.find((name) => !names.has(name))
  if (unknown) throw new Error(`--only: the shapes have no workload '${unknown}'; there are ${[...names].join(', ')}.`)
  return {
    workloads: all.filter(({ id, group }) => only.includes(id) || only.includes(group)),
    startUp: only.includes('start-up'),
    size: only.includes('size'),
  }
}

/** The contestants that were asked for. Throws for a name that none has. */
function chosen({ contestants: patterns, roster }: Options): readonly Contestant[] {
  if (patterns === undefined) return roster
  const tests = patterns.map((pattern) => {
    const test = new RegExp(`^${pattern.replaceAll('*', '.*')}$`)
    if (roster.some(({ id }) => test.test(id))) return test
    throw new Error(`There is no contestant '${pattern}'; there are ${roster.map(({ id }) => id).join(', ')}.`)
  })
  return roster.filter(({ id }) => tests.some((test) => test.test(id)))
}

/** Starts everybody and asks who they are; keeps the reasons of those who cannot come. */
async function meet(contestants: readonly Contestant[], places: Places, limitMs: number) {
  const entries: Entry[] = []
  const infos: ContestantInfo[] = []
  const reasons = new Map<string, string>()
  for (const { id, title, command } of contestants) {
    const found = command(places)
    const contender = 'missing' in found ? undefined : new Contender(found)
    try {
      if (!contender) throw new Error((found as Missing).missing)
      const { version = '', runtime = '' } = await contender.ask({ ask: 'about' }, limitMs)
      entries.push({ id, contender })
      infos.push({ id, title, version, runtime })
    } catch (error) {
      const reason = (error as Error).message
      contender?.stop()
      reasons.set(id, reason)
      infos.push({ id, title, reason })
      log(`${id}: ${reason}`)
    }
  }
  return { entries, infos, reasons }
}

function resultOf({ id, title, unit, also }: Workload, rows: readonly Row[], baseId: string): WorkloadResult {
  const base = rows.find(({ contestant }) => contestant === baseId)?.figure?.ms.median
  return {
    id,
    title,
    unit: unit.name,
    better: unit.better,
    base: baseId,
    ...(also && { alsoUnit: also.name }),
    rows: rows.map((row) => (base && row.figure ? { ...row, ratio: row.figure.ms.median / base } : row)),
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
