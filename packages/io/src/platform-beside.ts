import { ConfigError, DataError, describeValue, isPlainObject, nodeModule } from '@gradus/core'
import { shortened } from '@gradus/core/files'
import { removeFile, schemeNameOf } from './addresses/index.ts'
import type { ReadBeside } from './formats/file-format.ts'
import { type FileSource, readFile } from './platform-files.ts'

/** Files that lie beside another: in an object by their paths, or in a list of `File`s by their names. */
export type BesideFiles = Readonly<Record<string, FileSource>> | Iterable<FileSource & { readonly name: string }>

/** Paths, and addresses of files that may have others beside them. */
const hasFolder = /^((https?|file|opfs|indexeddb):\/\/|(?![a-z]{2,}:))/i

/**
 * Returns the function that reads files beside `source`: from `files` if they are given, otherwise from the folder of the path or
 * address that `source` is. It throws `DataError` for a path that leads out of the folder, and where there is no such file.
 */
export function besideOf(source: unknown, files?: BesideFiles): ReadBeside {
  const given = files === undefined ? undefined : filesByPath(files)
  const main = source instanceof URL ? source.href : source
  return async (path, options = {}) => {
    const inside = insidePath(path)
    if (given) {
      const found = given.get(inside) ?? given.get(inside.replace(/^.*\//, ''))
      if (found !== undefined) return readFile(found, options)
      throw new DataError(
        `The file '${shortened(inside)}' is not among the given files: ${shortened([...given.keys()].join(', ')) || 'none'}. Give it in the option files, by this name.`,
      )
    }
    if (typeof main !== 'string' || !hasFolder.test(main)) {
      throw new DataError(
        `The model has a further file, '${shortened(inside)}', which cannot be found beside ${describeValue(main)}. Give it: { files: { '${shortened(inside)}': bytes } }.`,
      )
    }
    return readFile(/^(https?|file):/i.test(main) ? addressBeside(main, inside) : pathBeside(main, inside), options)
  }
}

/** The path of a file beside another. Both may have the separators of Windows. */
export function pathBeside(main: string, path: string): string {
  return main.replace(/[^/\\]*$/, '') + path
}

/** Deletes a file at a path or an address if there is one, where the platform has files. */
export async function deleteFile(path: string): Promise<void> {
  const scheme = schemeNameOf(path)
  if (scheme !== undefined && scheme !== 'file') return removeFile(path).catch(() => {})
  const fs = nodeModule<typeof import('node:fs/promises')>('node:fs/promises')
  await fs?.rm(scheme === 'file' ? new URL(path) : path, { force: true }).catch(() => {})
}

function addressBeside(main: string, path: string): string {
  const folder = new URL('.', main)
  const found = new URL(path, folder)
  // a percent sign may hide dots
  if (found.href.startsWith(folder.href)) return found.href + new URL(main).search
  throw outside(path)
}

/** A path without `./`. Throws `DataError` if it does not lead to a file in or below the folder. */
function insidePath(path: unknown): string {
  if (typeof path !== 'string' || path.length > 1000) {
    throw new DataError(`The path of a further file is ${describeValue(path)}; expected a text such as 'weights.bin'.`)
  }
  const parts = path.split('/').filter((part) => part !== '.')
  const unsafe = parts.some((part) => part === '' || part === '..') || /[\\:\0?#]/.test(path)
  if (unsafe || parts.length === 0) throw outside(path)
  return parts.join('/')
}

function outside(path: string): DataError {
  return new DataError(
    `The file names the further file '${shortened(path)}', which is not in its folder or below it. It is not read.`,
  )
}

function filesByPath(files: unknown): ReadonlyMap<string, FileSource> {
  if (isPlainObject(files)) {
    return new Map(Object.entries(files).map(([path, file]) => [path.replace(/^(\.\/)+/, ''), file as FileSource]))
  }
  const list =
    typeof files === 'object' && files !== null && Symbol.iterator in files ? [...(files as Iterable<unknown>)] : []
  const named = list.flatMap((file) => {
    const name = (file as { readonly name?: unknown } | null)?.name
    return typeof name === 'string' ? [[name, file as FileSource] as const] : []
  })
  if (named.length > 0 && named.length === list.length) return new Map(named)
  throw new ConfigError(
    `The option files must be an object of files by their paths, or a list of File, and is ${describeValue(files)}.`,
  )
}
