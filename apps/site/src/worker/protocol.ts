import type { Figures } from '../arithmetic/figures.ts'
import type { StepRecord } from '../arithmetic/inspect.ts'
import type { DenseWeights } from '../arithmetic/network.ts'
import type { BackendName, Settings } from '../settings/settings.ts'
import type { Chosen } from './backends.ts'

/** Where training stands; sent to the page after steps. */
export interface Report {
  readonly step: number
  readonly epoch: number
  /** Batches of this epoch that were trained on, of how many. */
  readonly position: number
  readonly batchCount: number
  readonly network: readonly DenseWeights[]
  readonly train: Figures
  readonly test: Figures
  /** The last step, or the one to come where none was made. */
  readonly record: StepRecord
  /** Milliseconds per step, lately. */
  readonly msPerStep?: number
  readonly backend: Chosen
}

/** How fast to train: steps per second, or as many as there is time for. */
export type Speed = 2 | 20 | 300 | 'full'

/** What the worker does for the page. */
export interface Service {
  /** Starts a run from the beginning. */
  open(settings: Settings): Promise<Report>
  /** Trains until `pause`, or until training fails, which rejects. Each report is awaited. */
  play(speed: Speed, report: (report: Report) => void | Promise<void>): Promise<void>
  pause(): Promise<void>
  /** Trains on one batch, or on those that are left of an epoch. */
  advance(by: 'batch' | 'epoch'): Promise<Report>
  /** Loads everything that the network is needed for, ahead of its use. Says why backends do not start here. */
  prepare(): Promise<Partial<Record<BackendName, string>>>
  /** Goes on with the same weights on another backend. */
  switchBackend(name: BackendName): Promise<Report>
}
