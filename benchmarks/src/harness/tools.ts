import type { build } from 'esbuild'
import type { Paths } from './roster.ts'

/** The tools that make bundles; `run.mjs` gives them. */
export interface Builder {
  /** The folder `benchmarks`. */
  readonly home: string
  /** A folder for files of this run. */
  readonly work: string
  readonly build: typeof build
}

/** The parts that a run needs. */
export interface Wanted {
  readonly peers: boolean
  readonly pages: boolean
}

/** The paths, and a function that removes the files made for the run. */
export interface Found extends Paths {
  close(): void
}

/** The surroundings of a run. */
export interface Tools {
  /** The command that was given, for the report. */
  readonly command: string
  /** The folder of shapes and goals. */
  readonly home: string
  find(wanted: Wanted): Promise<Found>
  /** Without it, sizes are not measured. */
  readonly builder?: Builder
}
