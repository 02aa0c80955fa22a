import type { OptionsOf } from '@gradus/core'
import { fitDataFields } from 'gradus'
import { z } from 'zod'
import { backendNames } from '../backends/backends.ts'
import { fieldsSchema } from './fields-schema.ts'

const path = z.string().min(1)

/** A class by name, or by name with options. The registry checks both; here only the form counts. */
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
    test: path.optional().describe('Held out: evaluated on after training.'),
    validation: path.optional().describe('Evaluated on after every epoch.'),
    inputs: z
      .union([
        z.array(z.string()).min(1),
        z
          .record(z.string(), inputColumn)
          .refine((columns) => Object.keys(columns).length > 0, 'expected at least one column'),
      ])
      .describe('The columns that go into the model, in order.'),
    target: z
      .union([z.string(), z.array(z.string()).min(1)])
      .describe('The column that the model is to predict, or several.'),
    classes: z.array(z.string()).min(2).optional().describe('Names of the classes 0, 1, ...'),
    separator: z.string().length(1).optional().describe('What stands between values; a comma by default.'),
  })
  .describe('Where samples come from. Paths are relative to the config file.')

const fit = fieldsSchema(fitDataFields).describe(
  "How long and in which portions to train; Keras's meaning and defaults.",
)

const layer = z.looseObject({}).describe('{ layer: name, ...options }, or a model.')

const model = z
  .looseObject({
    model: z.literal(['Sequential', 'Functional']),
    name: z.string().optional(),
    layers: z.array(layer).min(1),
  })
  .describe('The layers as data.')

/** The form of a config. Names of layers, optimizers and so on and their options are checked by the registry. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z
    .string()
    .regex(/^[\w.-]+$/, 'expected letters, digits, - . and _, because it names a folder')
    .optional()
    .describe('Of the run folder runs/<name>-<n>; by default the name of the config file.'),
  seed: z.int().min(0).optional().describe('Decides first weights, shuffling and dropout.'),
  backend: z
    .string()
    .optional()
    .describe(`Where to compute: ${backendNames.join(', ')}; default auto, the fastest that starts here.`),
  dtypePolicy: z
    .enum(['float32', 'float64', 'mixedFloat16'])
    .default('float32')
    .describe('What layers keep parameters in and compute with; mixedFloat16 computes in float16.'),
  data,
  model,
  optimizer: spec('optimizer'),
  loss: spec('loss'),
  metrics: z.array(spec('metric')).default([]),
  fit: fit.prefault({}),
  callbacks: z.array(spec('callback')).default([]),
  explain: z.boolean().default(false).describe('Whether to show one update of one weight with its numbers.'),
})

/** A config in full, with its defaults. */
export type Config = Omit<z.infer<typeof configSchema>, 'fit'> & { readonly fit: OptionsOf<typeof fitDataFields> }

/** The JSON Schema of a config file, for editors. */
export function configJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: 'input' })
  return { $schema, title: 'Gradus training config', ...schema }
}
