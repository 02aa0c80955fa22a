import { z } from 'zod'
import type { Values } from './space.ts'
import { maxTrials, methods, type Space, spaceSchema } from './tune-schema.ts'

/** What a search was begun with. */
export interface Settings {
  readonly space: Space
  readonly method: (typeof methods)[number]
  /** The number of trials; null where the method determines it. */
  readonly trials: number | null
  readonly metric: string
  readonly mode: 'min' | 'max'
  readonly seed: number
  /** Null where the config does not say; then `train` chooses. */
  readonly maxEpochs: number | null
  readonly factor: number
}

/** A trial of a search. */
export interface Trial {
  /** Counted from 1. */
  readonly id: number
  readonly values: Values
  readonly state: 'trained' | 'diverged' | 'failed'
  /** The epochs up to which it was to be trained; null for those that `train` chooses. */
  readonly target: number | null
  /** The epochs that it has. */
  readonly epochs: number
  /** The best value of the metric; null where there is none. */
  readonly score: number | null
  /** The epoch with that value. */
  readonly bestEpoch: number | null
  readonly seconds: number
  /** The run folder, relative to that of the search; null where training did not begin. */
  readonly run: string | null
  /** Why it failed. */
  readonly message?: string
}

/** The contents of `tune.json`. */
export interface TuneState {
  readonly version: 1
  /** The config of all trials, with absolute paths. */
  readonly config: Record<string, unknown>
  readonly settings: Settings
  readonly trials: readonly Trial[]
}

const count = z.int().min(0)

const settings = z.object({
  space: spaceSchema,
  method: z.enum(methods),
  trials: count.min(1).max(maxTrials).nullable(),
  metric: z.string(),
  mode: z.enum(['min', 'max']),
  seed: count,
  maxEpochs: count.min(1).nullable(),
  factor: count.min(2),
}) satisfies z.ZodType<Settings>

const trial = z.object({
  id: count.min(1),
  values: z.record(z.string(), z.unknown()),
  state: z.enum(['trained', 'diverged', 'failed']),
  target: count.min(1).nullable(),
  epochs: count,
  score: z.number().nullable(),
  bestEpoch: count.nullable(),
  seconds: z.number(),
  run: z.string().nullable(),
  message: z.string().exactOptional(),
}) satisfies z.ZodType<Trial>

/** The form of `tune.json`. */
export const tuneStateSchema = z.object({
  version: z.literal(1),
  config: z.record(z.string(), z.unknown()),
  settings,
  trials: z.array(trial),
})
