import { z } from 'zod'
import type { Settings, Trial } from './tune-folder.ts'
import { methods, spaceSchema } from './tune-schema.ts'

const count = z.int().min(0)

const settings = z.object({
  space: spaceSchema,
  method: z.enum(methods),
  trials: count.min(1).nullable(),
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

/** The contents of `tune.json`. */
export const tuneStateSchema = z.object({
  version: z.literal(1),
  config: z.record(z.string(), z.unknown()),
  settings,
  trials: z.array(trial),
})
