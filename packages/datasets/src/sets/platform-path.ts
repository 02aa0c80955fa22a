import { ConfigError, DataError, nodeModule } from '@gradus/core'
import { fileModules, reasonOf } from '../files/platform-folder.ts'
import { type Files, filesIn, merged } from './files.ts'
import { checked, type Published } from './published.ts'

/** The files of a data set at a path: that of an archive or a file, or that of a folder that holds them. */
export async function filesAtPath(published: Published, given: string, fileHash: string | undefined): Promise<Files> {
  const { fs, path } = fileModules(`${published.name}.load: 'from' is a path`, 'Pass an address, a Blob or bytes.')
  const place = given.startsWith('file:')
    ? nodeModule<typeof import('node:url')>('node:url')!.fileURLToPath(given)
    : given
  const failed = (cause: unknown): never => {
    throw new DataError(`'${place}' cannot be read: ${reasonOf(cause)}. Check 'from'.`, { cause })
  }
  const isFolder = (await fs.stat(place).catch(failed)).isDirectory()
  if (!isFolder) {
    const bytes = await fs.readFile(place).catch(failed)
    checked(`'${place}'`, bytes, fileHash)
    return filesIn(bytes, path.basename(place))
  }
  if (fileHash !== undefined)
    throw new ConfigError(`${published.name}.load: 'fileHash' is that of one file, and 'from' is a folder.`)
  const wanted = published.forms.flatMap(({ files }) => files.map(({ name }) => name)).concat(published.members ?? [])
  const present = new Set(await fs.readdir(place).catch(failed))
  const names = wanted.filter((name) => present.has(name))
  if (names.length === 0) {
    throw new DataError(
      `The folder '${place}' has no file of ${published.name}; expected ${wanted.slice(0, 8).join(', ')}.`,
    )
  }
  return merged(
    await Promise.all(
      names.map(async (name) => filesIn(await fs.readFile(path.join(place, name)).catch(failed), name)),
    ),
  )
}
