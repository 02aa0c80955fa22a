import type { Spread } from './statistics.ts'

/** The results of a run; the file that `--json` names. */
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
  /** The least time of a repetition; short work is repeated. */
  readonly repMs: number
  readonly warmUpMs: number
  /** Time for the repetitions of one contestant at one workload. */
  readonly budgetMs: number
  /** The time after which a request fails. */
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
  /** The contestant that has 1 in `ratio`. */
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
  /** The time of the first unit of work of the process, compilation included, and of a later one, in milliseconds. */
  readonly firstMs: number
  readonly laterMs: number
  /** Loss (or one element of the result) before training, and after the first steps. */
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
  /** Kilobytes (1000 bytes) of the code that is loaded first, gzipped and not. */
  readonly gzipKb?: number
  readonly minifiedKb?: number
  /** Gzipped kilobytes that are loaded later: a wasm binary, or code on demand. */
  readonly laterKb?: number
}

export interface GoalResult {
  readonly goal: string
  readonly subject: string
  readonly workload: string
  /** Undefined if something that it needs was not measured. */
  readonly figure?: number
  readonly target: string
  readonly verdict: 'met' | 'missed' | 'not measured'
  readonly detail: string
}
