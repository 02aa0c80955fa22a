import type { build } from 'esbuild'

/** What the harness is given by `run.mjs`. */
export interface Tools {
  /** The folder `benchmarks`. */
  readonly home: string
  /** A folder for files of this run. */
  readonly work: string
  readonly build: typeof build
}
