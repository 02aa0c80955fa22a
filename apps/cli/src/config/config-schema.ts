import type { OptionsOf } from '@gradus/core'
import { fitDataFields } from 'gradus'
import { z } from 'zod'
import { backendNames } from '../backends/backends.ts'
import { fieldsSchema } from './fields-schema.ts'

const path = z.string().min(1)

/** A class by its name, or an object with its name and options. Only the form is checked here; the registry checks the rest. */
const spec = (kind: string) =>
  z
    .union([z.string().min(1), z.looseObject({ [kind]: z.string().min(1) })])
    .describe(`The name of ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}, or { ${kind}: name, ...options }.`)

const inputColumn = z
  .strictObject({
    scale: z
      .tuple([z.number(), z.number()])
      .refine(([low, high]) => low !== high, 'expected two different numbers, those that become 0 and 1')
      .optional()
      .describe('The values that become 0 and 1.'),
  })
  .nullable()

const data = z
  .strictObject({
    train: path.describe('A CSV file with a header.'),
    test: path.optional().describe('A CSV file with held-out samples, on which the model is evaluated after training.'),
    validation: path.optional().describe('A CSV file on which the model is evaluated after every epoch.'),
    inputs: z
      .union([
        z.array(z.string()).min(1),
        z
          .record(z.string(), inputColumn)
          .refine((columns) => Object.keys(columns).length > 0, 'expected at least one column'),
      ])
      .describe('The columns that are the inputs of the model, in order.'),
    target: z
      .union([z.string(), z.array(z.string()).min(1)])
      .describe('The column that the model predicts, or a list of columns.'),
    classes: z.array(z.string()).min(2).optional().describe('Names of the classes 0, 1, ...'),
    rows: z.int().min(1).optional().describe('Reads only this many lines of each file; default all.'),
    separator: z.string().length(1).optional().describe('The character between values; default a comma.'),
  })
  .describe('The samples. Paths are relative to the config file.')

const fit = fieldsSchema(fitDataFields).describe("The options of fit, with Keras's meaning and defaults.")

const layer = z.looseObject({}).describe('{ layer: name, ...options }, or a model.')

const model = z
  .looseObject({
    model: z.literal(['Sequential', 'Functional']),
    name: z.string().optional(),
    layers: z.array(layer).min(1),
  })
  .describe('The model as data.')

/** The form of a config. The registry checks the names and options of layers, optimizers and other classes. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z
    .string()
    .regex(/^[\w.-]+$/, 'expected letters, digits, - . and _, because it names a folder')
    .optional()
    .describe('The name of the run, whose folder is runs/<name>-<n>; default the name of the config file.'),
  seed: z
    .int()
    .min(0)
    .optional()
    .describe('Determines first weights, shuffling and dropout; default a random one, which the run folder keeps.'),
  backend: z
    .string()
    .optional()
    .describe(`Where to compute: ${backendNames.join(', ')}; default auto, the fastest that starts here.`),
  dtypePolicy: z
    .enum(['float32', 'float64', 'mixedFloat16'])
    .default('float32')
    .describe('The dtypes of parameters and computations; mixedFloat16 keeps float32 and computes in float16.'),
  data,
  model,
  optimizer: spec('optimizer'),
  loss: spec('loss'),
  metrics: z.array(spec('metric')).default([]),
  fit: fit.prefault({}),
  callbacks: z.array(spec('callback')).default([]),
  checkpoint: z
    .strictObject({ every: z.int().min(1).describe('The number of batches between two saves.') })
    .optional()
    .describe('How often the run is saved, in addition to the end of every epoch and to where it is stopped.'),
  explain: z.boolean().default(false).describe('Whether to print one update of one weight with its numbers.'),
})

/** A config with its defaults. */
export type Config = Omit<z.infer<typeof configSchema>, 'fit'> & { readonly fit: OptionsOf<typeof fitDataFields> }

/** The JSON Schema of a config file, for editors. */
export function configJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: 'input' })
  return { $schema, title: 'Gradus training config', ...schema }
}
