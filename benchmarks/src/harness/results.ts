import type { Spread } from './statistics.ts'

/** What a run of the benchmarks found; the file that `--json` names. */
export interface Results {
  readonly version: 1
  readonly date: string
  readonly machine: Machine
  readonly command: string
  readonly shapes: unknown
  readonly settings: Settings
  readonly contestants: readonly ContestantInfo[]
  readonly workloads: readonly WorkloadResult[]
  readonly startUp: readonly StartUpRow[]
  readonly memory: readonly MemoryRow[]
  readonly sizes: readonly SizeRow[]
  readonly goals: readonly GoalResult[]
}

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly system: string
  readonly node: string
}

export interface Settings {
  readonly reps: number
  /** The least time a repetition takes; short work is repeated. */
  readonly repMs: number
  readonly warmUpMs: number
  /** Time for the repetitions of one contestant at one workload. */
  readonly budgetMs: number
  /** Time after which a contestant is given up. */
  readonly limitMs: number
}

export interface ContestantInfo {
  readonly id: string
  readonly title: string
  readonly version?: string
  readonly runtime?: string
  /** Why it does not take part. */
  readonly reason?: string
}

export interface WorkloadResult {
  readonly id: string
  readonly title: string
  readonly unit: string
  readonly better: 'less' | 'more'
  readonly alsoUnit?: string
  /** Whose time is 1 in `ratio`. */
  readonly base: string
  readonly rows: readonly Row[]
}

/** A contestant at a workload: a figure, or the reason why there is none. */
export interface Row {
  readonly contestant: string
  readonly reason?: string
  readonly note?: string
  readonly figure?: Figure
  /** Time per unit over that of the base. */
  readonly ratio?: number
}

export interface Figure extends Spread {
  readonly reps: number
  /** Units of work in a repetition. */
  readonly perRep: number
  /** Milliseconds per unit of work, whatever the unit of the table. */
  readonly ms: Spread
  /** The median in the table's second unit. */
  readonly also?: number
  /** The first unit of work of the process, with what had to be compiled for it, and a later one, in milliseconds. */
  readonly firstMs: number
  readonly laterMs: number
  /** Loss (or one element of the result) before anything was trained, and after the first steps. */
  readonly before?: number
  readonly after?: number
  /** The loss of every epoch of the first fit. */
  readonly losses?: readonly number[]
  readonly figures?: Readonly<Record<string, number>>
}

export interface StartUpRow {
  readonly contestant: string
  readonly reason?: string
  /** Milliseconds from the start of the program to the end of the first train step. */
  readonly ms?: Spread
  readonly reps?: number
  readonly peakMb?: number
}

interface MemoryRow {
  readonly contestant: string
  readonly peakMb: number
}

export interface SizeRow {
  readonly bundle: string
  readonly reason?: string
  /** Kilobytes (1000 bytes) of the code that is loaded at once, gzipped and not. */
  readonly gzipKb?: number
  readonly minifiedKb?: number
  /** Kilobytes gzipped of what is loaded besides: a wasm binary, or code on demand. */
  readonly besidesKb?: number
}

export interface GoalResult {
  readonly goal: string
  readonly subject: string
  readonly workload: string
  /** Undefined where something it needs was not measured. */
  readonly figure?: number
  readonly target: string
  readonly verdict: 'met' | 'missed' | 'not measured'
  readonly detail: string
}
