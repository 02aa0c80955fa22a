import { ConfigError, DataError, describeValue, FormatError, type Kind } from '@gradus/core'
import { sha256 } from '../files/block-hash.ts'
import { NotFound } from '../files/platform-download.ts'
import { getFileBytes } from '../get-file-bytes.ts'
import { type Files, filesIn, merged } from './files.ts'
import { filesAtPath } from './platform-path.ts'
import { checked, type Form, type Published } from './published.ts'
import type { LoadOptions } from './types.ts'

/** The fields of `LoadOptions`. */
export const loadFields = {
  from: 'unknown',
  fileHash: 'string',
  cacheDir: 'string',
  forceDownload: 'boolean',
  onProgress: { type: 'function' as Kind<() => void> },
  signal: 'unknown',
} as const

/** The folder from which Keras downloads its data sets. */
export const kerasRoot = 'https://storage.googleapis.com/tensorflow/tf-keras-datasets/'

/** Returns the files of a data set, downloaded unless they are in the cache. */
export async function openFiles(published: Published, options: LoadOptions): Promise<Files> {
  const { from, fileHash } = options
  if (from === undefined || from === null) {
    if (fileHash !== undefined)
      throw new ConfigError(`${published.name}.load: 'fileHash' is that of the file 'from' names.`)
    return fromPublisher(published, options)
  }
  const text = from instanceof URL ? from.href : from
  if (typeof text === 'string') {
    if (/^https?:/i.test(text)) return fromAddress(published, text, options)
    if (/^[a-z][a-z\d+.-]+:/i.test(text) && !text.startsWith('file:')) {
      throw new ConfigError(
        `${published.name}.load: 'from' is ${describeValue(text)}; expected https: or file:, or a path.`,
      )
    }
    return filesAtPath(published, text, fileHash)
  }
  const bytes = await bytesOf(text)
  if (!bytes) {
    throw new ConfigError(
      `${published.name}.load: 'from' is ${describeValue(from)}; expected a path, an address, a Blob or bytes.`,
    )
  }
  checked(`'from'`, bytes, fileHash)
  return filesIn(bytes, (text as { name?: string }).name ?? published.forms[0]!.files[0]!.name)
}

async function bytesOf(given: unknown): Promise<Uint8Array | undefined> {
  if (given instanceof Uint8Array) return given
  if (given instanceof ArrayBuffer) return new Uint8Array(given)
  if (given instanceof Blob) return new Uint8Array(await given.arrayBuffer())
  return undefined
}

async function fromPublisher(published: Published, options: LoadOptions): Promise<Files> {
  let failure: unknown
  for (const { root, files } of published.forms) {
    if (!root) continue
    try {
      return await filesOf(root, files, options, published.folder ?? '')
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      failure ??= error
    }
  }
  const instead = `Pass a file or another address: ${published.name}.load({ from }).`
  throw new DataError(`${(failure as Error).message} ${instead}`, { cause: failure })
}

async function fromAddress(published: Published, address: string, options: LoadOptions): Promise<Files> {
  // files of different servers may differ, so each address has its folder
  const digest = sha256()
  digest.update(new TextEncoder().encode(address))
  const folder = `from-${digest.hex().slice(0, 16)}`
  const { fileHash, ...others } = options
  if (!new URL(address).pathname.endsWith('/')) {
    const name = new URL(address).pathname.split('/').pop()!
    return filesOf('', [{ name: address, hash: fileHash }], others, folder, decodeURIComponent(name))
  }
  if (fileHash !== undefined)
    throw new ConfigError(`${published.name}.load: 'fileHash' is that of one file, and 'from' is a folder.`)
  let failure: unknown
  for (const { files } of published.forms) {
    try {
      return await filesOf(
        address,
        files.map(({ name }) => ({ name })),
        others,
        folder,
      )
    } catch (error) {
      if (!(error instanceof NotFound)) throw error
      failure ??= error
    }
  }
  const names = published.forms.map(({ files }) => files.map(({ name }) => name).join(', ')).join('; or ')
  throw new DataError(`${address} has none of the forms of ${published.name}: ${names}.`, { cause: failure })
}

async function filesOf(
  root: string,
  files: Form['files'],
  { from: _, fileHash: __, ...options }: LoadOptions,
  folder: string,
  fname?: string,
): Promise<Files> {
  const cacheSubdir = folder ? `datasets/${folder}` : 'datasets'
  const all: Files[] = []
  for (const { name, hash } of files) {
    const origin = root + name
    const bytes = await getFileBytes({ ...options, origin, cacheSubdir, fileHash: hash, fname })
    all.push(await filesIn(bytes, fname ?? name))
  }
  return merged(all)
}

/** Returns a file of a data set. Throws `FormatError` with the names that are there. */
export async function requireFile(files: Files, name: string, published: Published): Promise<Uint8Array> {
  const read = files.get(name)
  if (read) return read()
  const found = [...files.keys()].slice(0, 10).join(', ') || 'nothing'
  throw new FormatError(`${published.name}: there is no ${name} in the files; found ${found}.`)
}
