import type { Figures } from '../arithmetic/figures.ts'
import type { StepRecord } from '../arithmetic/inspect.ts'
import type { DenseWeights } from '../arithmetic/network.ts'
import type { BackendName, Settings } from '../settings/settings.ts'
import type { ActiveBackend } from './backends.ts'

/** The state of a run, which the worker sends to the page after train steps. */
export interface Report {
  readonly step: number
  readonly epoch: number
  /** The number of batches of this epoch that were trained on. */
  readonly position: number
  readonly batchCount: number
  readonly network: readonly DenseWeights[]
  readonly train: Figures
  readonly test: Figures
  /** The last step, or the first one if none was made. */
  readonly record: StepRecord
  /** A moving average of the milliseconds per step. */
  readonly msPerStep?: number
  readonly backend: ActiveBackend
}

/** The speed of training in steps per second; `full` is without limit. */
export type Speed = 2 | 20 | 300 | 'full'

/** The interface between page and worker. */
export interface Service {
  /** Starts a run. */
  open(settings: Settings): Promise<Report>
  /** Trains until `pause` is called. Rejects if training fails. Waits for each call of `report`. */
  play(speed: Speed, report: (report: Report) => void | Promise<void>): Promise<void>
  pause(): Promise<void>
  /** Trains on one batch, or on the remaining batches of the epoch. */
  advance(by: 'batch' | 'epoch'): Promise<Report>
  /** Loads all backends and data, so that the page works offline. Returns the reasons why backends do not start. */
  prepare(): Promise<Partial<Record<BackendName, string>>>
  /** Continues the run on another backend, with the same weights. */
  switchBackend(name: BackendName): Promise<Report>
}
