import type { OptionsOf } from '@gradus/core'
import { fitDataFields } from 'gradus'
import { z } from 'zod'
import { backendNames } from '../backends/backends.ts'
import { tuneSchema } from '../tune/tune-schema.ts'
import { dataSchema } from './data-schema.ts'
import { fieldsSchema } from './fields-schema.ts'

/** A class by its name, or an object with its name and options. Only the form is checked here; the registry checks the rest. */
const spec = (kind: string) =>
  z
    .union([z.string().min(1), z.looseObject({ [kind]: z.string().min(1) })])
    .describe(`The name of ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}, or { ${kind}: name, ...options }.`)

const fit = fieldsSchema(fitDataFields).describe(
  "The options of fit, with Keras's meaning and defaults; those that suit the rows where fit or the model is left out.",
)

/** A class, or one for each output of the model by name. */
const byOutput = <T extends z.ZodType>(schema: T) => z.union([schema, z.record(z.string(), schema)])

const layer = z.looseObject({}).describe('{ layer: name, ...options }, or a model.')

const model = z
  .union([
    z.looseObject({
      model: z.literal(['Sequential', 'Functional']),
      name: z.string().optional(),
      layers: z.array(layer).min(1),
    }),
    z.looseObject({ layer: z.string().min(1).describe('The name of a class of a plug-in that extends Model.') }),
  ])
  .describe('The model as data; default one that suits the rows.')

/** The form of a config. What is left out of model, optimizer, loss, metrics, fit and callbacks is chosen by the rows. The registry checks the names and options of layers, optimizers and other classes. */
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
  plugins: z
    .array(z.string().min(1))
    .optional()
    .describe(
      'Modules with classes of your own: files relative to the config, such as ./my-layer.ts, and installed packages.',
    ),
  data: dataSchema,
  model: model.optional(),
  optimizer: spec('optimizer').optional(),
  loss: byOutput(spec('loss')).optional(),
  metrics: byOutput(z.array(spec('metric'))).optional(),
  fit: fit.optional(),
  callbacks: z.array(spec('callback')).optional(),
  checkpoint: z
    .strictObject({ every: z.int().min(1).describe('The number of batches between two saves.') })
    .optional()
    .describe('How often the run is saved, in addition to the end of every epoch and to where it is stopped.'),
  explain: z.boolean().default(false).describe('Whether to print one update of one weight with its numbers.'),
  tune: tuneSchema.optional(),
})

/** The options of `fit` with their defaults. */
export type FitConfig = OptionsOf<typeof fitDataFields>

/** A config as it is given. */
export type GivenConfig = Omit<z.infer<typeof configSchema>, 'fit'> & { readonly fit?: Partial<FitConfig> | undefined }

type Chosen = 'model' | 'optimizer' | 'loss' | 'metrics' | 'callbacks'

/** A complete config. */
export type Config = Omit<GivenConfig, Chosen | 'fit'> & { readonly [K in Chosen]-?: NonNullable<GivenConfig[K]> } & {
  readonly fit: FitConfig
}

/** The options of `data`. */
export type DataConfig = GivenConfig['data']

/** The JSON Schema of a config file, for editors. */
export function configJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: 'input' })
  return { $schema, title: 'Gradus training config', ...schema }
}
