import { ConfigError, DataError, describeValue, nodeModule } from '@gradus/core'

/** A folder: a path, a handle of a page (`showDirectoryPicker`, OPFS), or the files of an input with `webkitdirectory`. */
export type Directory = string | DirectoryHandle | ArrayLike<FolderFile>

/** A `File` of a page, with its path from the folder that was chosen, which the path includes. */
interface FolderFile {
  readonly name: string
  readonly webkitRelativePath?: string
  arrayBuffer(): Promise<ArrayBuffer>
}

interface DirectoryHandle {
  readonly kind: 'directory'
  entries(): AsyncIterable<[name: string, handle: DirectoryHandle | FileHandle]>
}

interface FileHandle {
  readonly kind: 'file'
  getFile(): Promise<Blob>
}

/** A file in a folder. */
export interface ListedFile {
  /** The path from the folder, with `/`. */
  readonly path: string
  read(): Promise<Uint8Array>
}

/** The files below a folder, and the names of the folders in it. */
export interface Listing {
  readonly folders: readonly string[]
  readonly files: readonly ListedFile[]
}

/** Lists all files below a folder. Links to folders are followed only with `followLinks`. Throws `DataError` with the path. */
export async function listDirectory(owner: string, directory: Directory, followLinks: boolean): Promise<Listing> {
  if (typeof directory === 'string') return listPath(owner, directory, followLinks)
  if (isFileList(directory)) return listFiles(directory)
  if (typeof directory !== 'object' || directory === null || !isHandle(directory)) {
    throw new ConfigError(
      `${owner}: the folder is ${describeValue(directory)}; expected a path or a FileSystemDirectoryHandle, or a list of files.`,
    )
  }
  const listing = { folders: [] as string[], files: [] as ListedFile[] }
  await listHandle(directory, '', listing)
  return listing
}

function isHandle(directory: object): directory is DirectoryHandle {
  // a list has a method of this name too
  return 'entries' in directory && typeof directory.entries === 'function' && !Array.isArray(directory)
}

function isFileList(directory: Directory): directory is ArrayLike<FolderFile> {
  if (typeof directory !== 'object' || directory === null || !('length' in directory)) return false
  return Array.from(directory).every((file) => typeof file?.name === 'string' && 'arrayBuffer' in file)
}

function listFiles(list: ArrayLike<FolderFile>): Listing {
  const files = Array.from(list, (file) => ({
    path: file.webkitRelativePath ? file.webkitRelativePath.slice(file.webkitRelativePath.indexOf('/') + 1) : file.name,
    read: async () => new Uint8Array(await file.arrayBuffer()),
  }))
  const folders = files.filter(({ path }) => path.includes('/')).map(({ path }) => path.slice(0, path.indexOf('/')))
  return { folders: [...new Set(folders)], files }
}

async function listHandle(handle: DirectoryHandle, prefix: string, found: { folders: string[]; files: ListedFile[] }) {
  for await (const [name, entry] of handle.entries()) {
    const path = prefix + name
    if (entry.kind === 'file') {
      const read = async () => new Uint8Array(await (await entry.getFile()).arrayBuffer())
      found.files.push({ path, read })
    } else {
      if (prefix === '') found.folders.push(name)
      await listHandle(entry, `${path}/`, found)
    }
  }
}

async function listPath(owner: string, directory: string, followLinks: boolean): Promise<Listing> {
  const fs = nodeModule<typeof import('node:fs/promises')>('node:fs/promises')
  const names = nodeModule<typeof import('node:path')>('node:path')
  if (!fs || !names) {
    throw new DataError(`${owner}: this platform has no paths. Pass a FileSystemDirectoryHandle.`)
  }
  const found = { folders: [] as string[], files: [] as ListedFile[] }
  const seen = new Set<string>()
  const visit = async (folder: string, prefix: string): Promise<void> => {
    // a link may lead back to a folder above it
    const real = await fs.realpath(folder)
    if (seen.has(real)) return
    seen.add(real)
    for (const entry of await fs.readdir(folder, { withFileTypes: true })) {
      const full = names.join(folder, entry.name)
      const path = prefix + entry.name
      const isLink = entry.isSymbolicLink()
      const target = isLink ? await fs.stat(full).catch(() => undefined) : entry
      if (target?.isDirectory()) {
        if (prefix === '') found.folders.push(entry.name)
        if (!isLink || followLinks || prefix === '') await visit(full, `${path}/`)
      } else if (target?.isFile()) {
        found.files.push({ path, read: () => readWhole(owner, full) })
      }
    }
  }
  await visit(directory, '').catch((cause) => {
    const { code, message } = cause as NodeJS.ErrnoException
    const why = { ENOENT: 'it does not exist', ENOTDIR: 'it is a file', EACCES: 'permission is denied' }[code ?? '']
    throw new DataError(`${owner}: the folder '${directory}' cannot be read: ${why ?? message.slice(0, 300)}.`, {
      cause,
    })
  })
  return found

  async function readWhole(by: string, path: string): Promise<Uint8Array> {
    try {
      return new Uint8Array(await fs!.readFile(path))
    } catch (cause) {
      throw new DataError(`${by}: the file '${path}' cannot be read: ${(cause as Error).message.slice(0, 300)}.`, {
        cause,
      })
    }
  }
}
