import { type CountsRow, countSteps } from '../shared/count-steps.ts'
import type { Run } from './measure-all.ts'
import { Contender } from './process.ts'
import type { Contestant } from './roster.ts'

/** The counts of a run; the file `counts.json`. */
export interface Counts {
  readonly date: string
  readonly command: string
  readonly versions: Readonly<Record<string, string>>
  readonly rows: readonly CountsRow[]
}

/** Counts the calls of WebGPU that each contestant makes per step of each workload, on a device that computes nothing. */
export async function countAll(run: Run): Promise<Counts> {
  const versions: Record<string, string> = {}
  const rows: CountsRow[] = []
  for (const contestant of run.contestants) {
    const { version, rows: own } = await countOne(contestant, run)
    if (version !== undefined) versions[contestant.id] = version
    rows.push(...own)
  }
  return { date: new Date().toISOString().slice(0, 10), command: run.command, versions, rows }
}

async function countOne({ id, kinds, command }: Contestant, { workloads, paths, settings: { limitMs }, log }: Run) {
  const concerned = workloads.filter(({ spec }) => !kinds || kinds.includes(spec.kind))
  const found = command(paths)
  if ('missing' in found) {
    const { missing: reason } = found
    return { rows: concerned.map(({ id: workload }): CountsRow => ({ contestant: id, workload, reason })) }
  }
  const contender = new Contender({ ...found, env: { GRADUS_BENCH_COUNT: 'yes' } })
  const rows: CountsRow[] = []
  const run = async (count: number) => {
    const { counts, done = count } = await contender.ask({ ask: 'run', count }, limitMs)
    return { counts: counts!, done }
  }
  try {
    const { version = '' } = await contender.ask({ ask: 'about' }, limitMs)
    for (const { id: workload, spec } of concerned) {
      log(`${id}: ${workload}`)
      const about = { contestant: id, workload }
      try {
        await contender.ask({ ask: 'prepare', spec }, limitMs)
        rows.push({ ...about, counts: await countSteps(spec, run) })
        await contender.ask({ ask: 'release' }, limitMs)
      } catch (error) {
        rows.push({ ...about, reason: (error as Error).message })
      }
    }
    return { version, rows }
  } finally {
    contender.stop()
  }
}
