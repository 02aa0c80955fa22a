import type { build } from 'esbuild'
import type { Places } from './roster.ts'

/** What makes bundles; given by `run.mjs`. */
export interface Builder {
  /** The folder `benchmarks`. */
  readonly home: string
  /** A folder for files of this run. */
  readonly work: string
  readonly build: typeof build
}

/** What has to be there for a run. */
export interface Wanted {
  readonly peers: boolean
  readonly pages: boolean
}

/** The places, and how to put away what was made for the run. */
export interface Found extends Places {
  close(): void
}

/** What a run starts from. */
export interface Tools {
  /** The command that was given, for the report. */
  readonly command: string
  /** The folder of shapes and goals. */
  readonly home: string
  find(wanted: Wanted): Promise<Found>
  /** Where there is none, sizes are not measured. */
  readonly builder?: Builder
}
