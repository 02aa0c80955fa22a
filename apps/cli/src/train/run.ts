import type { ConfigFlags } from '../config/config-flags.ts'
import type { Resolved } from '../config/resolve-config.ts'
import type { Output, Report, Terminal } from '../terminal.ts'
import type { CallbackOptions } from './callback-files.ts'
import type { DataFiles } from './data-files.ts'
import type { Prepared } from './prepare.ts'
import type { SavedRun } from './run-state.ts'

/** The flags of `gradus train`. */
export interface TrainFlags extends ConfigFlags {
  readonly out?: string
  /** The folder of a run to continue. */
  readonly resume?: string
  readonly dataChanged?: boolean
  readonly pluginsChanged?: boolean
  readonly allowOutside?: boolean
  readonly minAccuracy?: number
  readonly json?: boolean
  readonly jsonl?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly progress?: boolean
}

/** The parts of a run. */
export interface Run {
  /** What `gradus train` is called with to begin the run again: a config, or a file with flags. */
  readonly source: string
  readonly config: Resolved
  readonly flags: TrainFlags
  readonly terminal: Terminal
  readonly report: Report
  readonly events: (event: Record<string, unknown>) => void
  readonly callbackOptions: Omit<CallbackOptions, 'folder'>
  readonly prepared: Prepared
  readonly data: DataFiles
  /** Whether a resumed run goes on with other training data. */
  readonly dataChanged: boolean
  /** Where a resumed run continues; undefined where nothing was saved yet. */
  readonly previous: SavedRun | undefined
  /** The epoch up to which the run is trained, counted from 1. */
  readonly lastEpoch: number
  readonly startedAt: number
}

/** The stream of the log: stdout, or stderr where stdout is for programs. */
export function logOutput({ json, jsonl }: TrainFlags, { out, err }: Terminal): Output {
  return json || jsonl ? err : out
}
