import { DataError } from '@gradus/core'
import { z } from 'zod'

const dataFile = z.looseObject({ path: z.string(), bytes: z.number(), sha256: z.string() })

/** All parts may be missing, as in runs of other versions. */
const environmentSchema = z.looseObject({
  data: z
    .object({
      train: dataFile.exactOptional(),
      test: dataFile.exactOptional(),
      validation: dataFile.exactOptional(),
    })
    .exactOptional(),
  /** The plug-ins as the config names them, with the absolute paths of their modules. */
  plugins: z.array(z.looseObject({ plugin: z.string(), path: z.string() })).exactOptional(),
  pluginFiles: z.array(dataFile).exactOptional(),
  versions: z.record(z.string(), z.string()).exactOptional(),
  machine: z.record(z.string(), z.union([z.string(), z.number()])).exactOptional(),
  git: z.looseObject({ commit: z.string(), changed: z.boolean() }).nullable().exactOptional(),
  startedAt: z.string().exactOptional(),
  /** When everything that follows the last epoch was done; missing before. */
  finishedAt: z.string().exactOptional(),
  backend: z.string().exactOptional(),
})

/** The contents of `env.json` of a run: the data files, the plug-ins, the machine and the times. */
export type RunEnvironment = z.infer<typeof environmentSchema>

/** Returns the contents of an `env.json`. Throws `DataError` with the place of what is wrong. */
export function checkEnvironment(value: unknown, path: string): RunEnvironment {
  const checked = environmentSchema.safeParse(value)
  if (checked.success) return checked.data
  const [issue] = checked.error.issues
  const place = issue!.path.join('.')
  throw new DataError(
    `${path} is damaged${place && ` at '${place}'`}: ${issue!.message}. Restore the file, or start a new run.`,
  )
}
