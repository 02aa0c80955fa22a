import { checkFields } from '@gradus/core'
import { joined, plainBytes } from './files/bytes.ts'
import { type Checksum, checksumOf, requireChecksum, startDigest } from './files/platform-digest.ts'
import { type DownloadOptions, download } from './files/platform-download.ts'
import { CacheError, ensureFile, inTurn } from './files/platform-file-cache.ts'
import { cacheFolder, optionalFileModules } from './files/platform-folder.ts'
import { cachedInPage, keepInPage } from './files/platform-page-cache.ts'
import { addressOf, type FileOptions, fileFields, fileName } from './get-file.ts'

/**
 * Downloads a file unless it is in the cache, and returns its bytes. The cache is that of `getFile` in Node, and the Cache API in a
 * page; where neither can be written, the file is not kept. Throws the errors of `getFile`.
 *
 * @example
 * import { getFileBytes } from '@gradus/datasets'
 * const bytes = await getFileBytes({ origin: 'data:text/plain,abc', fname: 'abc.txt', cacheDir: '/tmp/gradus-example' })
 * bytes.length // => 3
 */
export async function getFileBytes(options: FileOptions): Promise<Uint8Array> {
  checkFields('getFileBytes', options, fileFields)
  const { forceDownload: force = false, cacheSubdir = 'datasets', onProgress, signal } = options
  const origin = addressOf('getFileBytes', options.origin)
  const checksum = checksumOf('getFileBytes', options.fileHash, options.hashAlgorithm)
  const downloads = { onProgress, signal }
  const name = fileName('getFileBytes', options.fname, origin)
  const modules = optionalFileModules()
  if (!modules) return inTurn(origin, () => bytesInPage(origin, checksum, force, downloads))
  const { fs, path } = modules
  const target = path.resolve(cacheFolder(options.cacheDir), cacheSubdir, name)
  try {
    await inTurn(target, () => ensureFile({ origin, target, checksum, force, ...downloads }))
    return plainBytes(await fs.readFile(target))
  } catch (error) {
    if (error instanceof CacheError) return checkedDownload(origin, checksum, downloads)
    throw error
  }
}

async function bytesInPage(
  origin: string,
  checksum: Checksum | undefined,
  force: boolean,
  downloads: DownloadOptions,
): Promise<Uint8Array> {
  const kept = force ? undefined : await cachedInPage(origin)
  if (kept && (!checksum || hashOf(kept, checksum) === checksum.hex)) return kept
  const bytes = await checkedDownload(origin, checksum, downloads)
  await keepInPage(origin, bytes)
  return bytes
}

async function checkedDownload(
  origin: string,
  checksum: Checksum | undefined,
  downloads: DownloadOptions,
): Promise<Uint8Array> {
  let pieces: Uint8Array[] = []
  const sink = {
    write: (bytes: Uint8Array) => void pieces.push(bytes),
    restart: () => {
      pieces = []
    },
  }
  await download(origin, sink, downloads)
  const bytes = await joined(listed(pieces), origin, Number.POSITIVE_INFINITY)
  if (checksum) requireChecksum(origin, hashOf(bytes, checksum), checksum)
  return bytes
}

async function* listed(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces
}

function hashOf(bytes: Uint8Array, { algorithm }: Checksum): string {
  const digest = startDigest(algorithm)
  digest.update(bytes)
  return digest.hex()
}
