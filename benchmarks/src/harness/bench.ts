import { countsReport } from '../report/counts.ts'
import { report } from '../report/report.ts'
import { writeJson, writeMarkdown } from '../report/write.ts'
import { readShapes } from '../workloads/shapes.ts'
import { type Workload, workloadsOf } from '../workloads/workloads.ts'
import { countAll } from './counts.ts'
import { measureAll } from './measure-all.ts'
import { inChromium } from './modes.ts'
import { help, type Options, readOptions } from './options.ts'
import type { Contestant } from './roster.ts'
import type { Tools } from './tools.ts'

/** Runs the benchmarks that the command line asks for. Returns the exit code. */
export async function bench(argv: readonly string[], tools: Tools): Promise<number> {
  const options = readOptions(argv, tools.home)
  if (options.help) {
    console.log(help)
    return 0
  }
  const { mode, settings } = options
  const shapes = readShapes(options.shapes)
  const contestants = chosen(options)
  const wanted = choose(options, workloadsOf(shapes))
  const paths = await tools.find({
    peers: contestants.some(({ peers }) => peers),
    pages: contestants.some(({ id }) => id.endsWith(inChromium)),
  })
  const run = {
    ...wanted,
    command: tools.command,
    mode,
    settings,
    shapes,
    contestants,
    paths,
    tools,
    log: (message: string) => console.error(message),
  }
  try {
    if (mode.counts) {
      const counts = await countAll(run)
      publish(counts, countsReport(counts), options)
    } else {
      const results = await measureAll(run)
      publish(results, report(results), options)
    }
  } finally {
    paths.close()
  }
  return 0
}

function publish(results: unknown, text: string, { json, markdown, mode }: Options): void {
  console.log(text)
  writeJson(json, results)
  if (markdown !== undefined) writeMarkdown(markdown, mode.marks, text)
}

/** The workloads that are measured. Throws for an unknown name. */
function choose({ only, mode: { startUpAndSize = false } }: Options, all: readonly Workload[]) {
  if (only === undefined) return { workloads: all, startUp: startUpAndSize, size: startUpAndSize }
  const names = new Set([...all.flatMap(({ id, group }) => [id, group]), 'start-up', 'size'])
  const unknown = only.find((name) => !names.has(name))
  if (unknown) throw new Error(`--only: the shapes have no workload '${unknown}'; there are ${[...names].join(', ')}.`)
  return {
    workloads: all.filter(({ id, group }) => only.includes(id) || only.includes(group)),
    startUp: only.includes('start-up'),
    size: only.includes('size'),
  }
}

/** The contestants that are measured. Throws for an unknown name. */
function chosen({ contestants: patterns, mode: { roster } }: Options): readonly Contestant[] {
  if (patterns === undefined) return roster
  const tests = patterns.map((pattern) => {
    const test = new RegExp(`^${pattern.replaceAll('*', '.*')}$`)
    if (roster.some(({ id }) => test.test(id))) return test
    throw new Error(`There is no contestant '${pattern}'; there are ${roster.map(({ id }) => id).join(', ')}.`)
  })
  return roster.filter(({ id }) => tests.some((test) => test.test(id)))
}
