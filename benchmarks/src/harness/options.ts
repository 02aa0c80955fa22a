import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { countingCalls, type Mode, onProcessor, onWebGpu } from './modes.ts'
import type { Settings } from './results.ts'

export interface Options {
  readonly shapes: string
  readonly only: readonly string[] | undefined
  readonly contestants: readonly string[] | undefined
  readonly json: string
  readonly markdown: string | undefined
  readonly help: boolean
  readonly mode: Mode
  readonly settings: Settings
}

export const help = `Measures Gradus and its peers on the same work, in turns.

  --webgpu                contestants on WebGPU, in sizes for a software driver (benchmarks/webgpu.shapes.json)
  --counts                counts the calls of WebGPU per step, on a device that computes nothing
  --only WORKLOAD[,...]   article, mlp, cnn, lstm, transformer, tiny, matmul, elementwise, reduction, memory, start-up, size
  --contestants ID[,...]  only these; a * matches anything, as in 'gradus-*'
  --shapes FILE           the file of sizes (default benchmarks/shapes.json)
  --reps N                repetitions of each figure (default 7)
  --quick                 3 short repetitions and shorter limits, for a first look
  --pack FOLDER           (as the only option) writes the benchmarks of WebGPU for a machine with a GPU into a folder
  --json FILE             the file for the figures (default benchmarks/results/latest.json, webgpu.json or counts.json)
  --markdown FILE         also writes the tables to a file, between the marks that benchmarks/README.md has, if it has them`

const thorough: Settings = { reps: 7, repMs: 50, warmUpMs: 500, budgetMs: 15_000, limitMs: 180_000 }
const quick: Settings = { reps: 3, repMs: 20, warmUpMs: 250, budgetMs: 3000, limitMs: 60_000 }

/** Reads the command line. Paths are relative to the folder in which the command was given, also through `npm run`. */
export function readOptions(argv: readonly string[], home: string): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string' },
      contestants: { type: 'string' },
      shapes: { type: 'string' },
      reps: { type: 'string' },
      quick: { type: 'boolean', default: false },
      webgpu: { type: 'boolean', default: false },
      counts: { type: 'boolean', default: false },
      json: { type: 'string' },
      markdown: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const path = (given: string) => resolve(process.env.INIT_CWD ?? process.cwd(), given)
  const mode = values.counts ? countingCalls : values.webgpu ? onWebGpu : onProcessor
  const settings = values.quick ? quick : thorough
  const reps = values.reps === undefined ? settings.reps : Number(values.reps)
  if (!Number.isInteger(reps) || reps < 1) throw new Error(`--reps is ${values.reps}; expected a whole number from 1.`)
  return {
    shapes: values.shapes === undefined ? join(home, mode.shapes) : path(values.shapes),
    only: values.only?.split(','),
    contestants: values.contestants?.split(','),
    json: values.json === undefined ? join(home, mode.json) : path(values.json),
    markdown: values.markdown === undefined ? undefined : path(values.markdown),
    help: values.help,
    mode,
    settings: { ...settings, reps },
  }
}
