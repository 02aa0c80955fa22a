import { ConfigError, checkFields, DataError, describeValue, joinFields, type Kind } from '@gradus/core'
import { type ArchiveFormat, extractArchive } from './archive/platform-extract.ts'
import { checksumOf, type HashAlgorithm } from './files/platform-digest.ts'
import type { DownloadOptions } from './files/platform-download.ts'
import { ensureFile, inTurn } from './files/platform-file-cache.ts'
import { cacheFolder, fileModules } from './files/platform-folder.ts'

/** The options that `getFile` and `getFileBytes` share. */
export interface FileOptions extends DownloadOptions {
  /** The address of the file. */
  readonly origin: string | URL
  /** The name in the cache (default: the last part of the address). */
  readonly fname?: string
  /** The SHA-256 or MD5 of the file, in hexadecimal digits. */
  readonly fileHash?: string
  /** The algorithm of `fileHash` (default `auto`: by its length). */
  readonly hashAlgorithm?: HashAlgorithm
  /** The folder in the cache, or the path of another folder (default `datasets`). */
  readonly cacheSubdir?: string
  /** The folder of the cache (default `$GRADUS_HOME`, otherwise `~/.gradus`). */
  readonly cacheDir?: string
  /** Whether the file is downloaded although it is in the cache (default false). */
  readonly forceDownload?: boolean
}

/** Options of `getFile`, with Keras's names. */
export interface GetFileOptions extends FileOptions {
  /** Whether the file is an archive that is extracted (default false). */
  readonly extract?: boolean
  /** The format of the archive (default `auto`). */
  readonly archiveFormat?: ArchiveFormat
  /** The bytes that the extracted files may have (default: 100 times those of the archive, and at least 1 GiB). */
  readonly maxBytes?: number
}

/** The fields of `FileOptions`. */
export const fileFields = {
  origin: 'unknown',
  fname: 'string',
  fileHash: 'string',
  hashAlgorithm: { oneOf: ['auto', 'sha256', 'md5'] },
  cacheSubdir: 'string',
  cacheDir: 'string',
  forceDownload: 'boolean',
  onProgress: { type: 'function' as Kind<() => void> },
  signal: 'unknown',
} as const

const fields = /* @__PURE__ */ joinFields(fileFields, {
  extract: 'boolean',
  archiveFormat: { oneOf: ['auto', 'tar', 'zip'] },
  maxBytes: { type: 'integer', min: 1 },
} as const)

/**
 * Downloads a file into the cache, `~/.gradus/datasets`, unless it is there, and returns its path. With `extract` it returns the path
 * of the folder to which the archive was extracted. A download that breaks off continues where it stopped if the server supports that;
 * a file has its name only when it is complete and its checksum is right. Throws `DataError` if it cannot be downloaded, is an HTML
 * page, or has another checksum, and `FormatError` for an archive that is damaged or has paths out of its folder or links. Needs a
 * platform with files. Keras: `utils.get_file`.
 *
 * @example
 * import { getFile } from '@gradus/datasets'
 * import { readFile } from 'node:fs/promises'
 * const path = await getFile({ origin: 'data:text/plain,a,b', fname: 'ab.csv', cacheDir: '/tmp/gradus-example' })
 * await readFile(path, 'utf8') // => 'a,b'
 */
export async function getFile(options: GetFileOptions): Promise<string> {
  checkFields('getFile', options, fields)
  const { extract = false, archiveFormat = 'auto', maxBytes, forceDownload = false, onProgress, signal } = options
  const checksum = checksumOf('getFile', options.fileHash, options.hashAlgorithm)
  const origin = addressOf('getFile', options.origin)
  const { fs, path } = fileModules('getFile returns the path of a file', 'Use getFileBytes, which returns the bytes.')
  const folder = path.resolve(cacheFolder(options.cacheDir), options.cacheSubdir ?? 'datasets')
  const name = fileName('getFile', options.fname, origin)
  const { file, extracted } = extract ? archiveNames(name, options.fname !== undefined) : { file: name, extracted: '' }
  const target = path.join(folder, file)
  return inTurn(target, async () => {
    const isNew = await ensureFile({ origin, target, checksum, force: forceDownload, onProgress, signal })
    if (!extract) return target
    const destination = path.join(folder, extracted)
    const found = await fs.stat(destination).catch(() => undefined)
    if (isNew || !found?.isDirectory()) await extractArchive(target, destination, archiveFormat, maxBytes)
    return destination
  })
}

/** The names of an archive and of the folder to which it is extracted, as in Keras. */
function archiveNames(name: string, isGiven: boolean): { file: string; extracted: string } {
  if (isGiven && name.includes('.')) return { file: name, extracted: `${name.slice(0, name.indexOf('.'))}_extracted` }
  return { file: `${name}_archive`, extracted: name }
}

/** The address as text. Throws `ConfigError` for one that cannot be downloaded. */
export function addressOf(owner: string, origin: unknown): string {
  const text = origin instanceof URL ? origin.href : origin
  if (typeof text === 'string' && /^(https?|data|blob):/i.test(text) && URL.canParse(text)) return text
  throw new ConfigError(
    `${owner}: 'origin' is ${describeValue(text)}; expected an address, such as 'https://example.org/data.zip'.`,
  )
}

/** The name of a file in the cache. Throws `ConfigError` for a path. */
export function fileName(owner: string, given: string | undefined, origin: string): string {
  const name = given ?? decoded(new URL(origin).pathname.split('/').pop() ?? '')
  if (name === '' || (origin.startsWith('data:') && given === undefined)) {
    throw new DataError(`${owner}: the address ${origin.slice(0, 200)} has no file name at its end. Pass 'fname'.`)
  }
  if (/[/\\\0]/.test(name) || name === '.' || name === '..') {
    throw new ConfigError(
      `${owner}: 'fname' is ${describeValue(name)}; expected a name without a folder. The folder is 'cacheSubdir'.`,
    )
  }
  return name
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
