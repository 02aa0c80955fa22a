import { z } from 'zod'

const range = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low < high, 'expected two numbers, the lower one first')

const aboveZero = range.refine(([low]) => low > 0, 'expected numbers above 0, because of the logarithm')

const steps = z.int().min(2).optional().describe('The number of values in a grid; default 5.')

const dimension = z
  .union([
    z.array(z.unknown()).min(1),
    z.strictObject({ log: aboveZero, steps }),
    z.strictObject({ uniform: range, steps }),
    z.strictObject({ integer: range, steps }),
    z.strictObject({ logInteger: aboveZero, steps }),
  ])
  .describe(
    'A list of values, or a range: { log: [1e-4, 1e-1] }, { uniform: [0, 1] }, { integer: [1, 4] } or { logInteger: [8, 512] }.',
  )

/** The space of a search, by the place of each value in the config. */
export const spaceSchema = z
  .record(z.string().min(1), dimension)
  .refine((space) => Object.keys(space).length > 0, 'expected at least one place of the config')

/** The names of the methods of search. */
export const methods = ['grid', 'random', 'hyperband'] as const

/** The options of a search that are not given. */
export const defaults = { method: 'random', trials: 20, factor: 3 } as const

/** The most trials of a search. */
export const maxTrials = 100_000

/** The options of a search for good values. */
export const tuneSchema = z
  .strictObject({
    space: spaceSchema.optional().describe('The values to try, by their place in the config.'),
    method: z.enum(methods).optional().describe(`How trials are chosen; default ${defaults.method}.`),
    trials: z
      .int()
      .min(1)
      .max(maxTrials)
      .optional()
      .describe(`The number of trials of a random search (default ${defaults.trials}), or the most of a grid.`),
    metric: z
      .string()
      .min(1)
      .optional()
      .describe('The figure that is compared; default val_loss, or loss without validation.'),
    mode: z
      .enum(['min', 'max'])
      .optional()
      .describe('Whether lower or higher is better; default by the name of the metric.'),
    seed: z.int().min(0).optional().describe('Determines the trials; default the seed of the config.'),
    maxEpochs: z.int().min(1).optional().describe('The epochs of a trial; default fit.epochs.'),
    factor: z
      .int()
      .min(2)
      .optional()
      .describe(`Hyperband trains the best 1/factor of its trials further; default ${defaults.factor}.`),
  })
  .describe('The options of gradus tune; gradus train ignores them.')

export type TuneConfig = z.infer<typeof tuneSchema>
export type Space = z.infer<typeof spaceSchema>
export type Dimension = z.infer<typeof dimension>
