import { nodeModule } from './platform-node.ts'

interface FileStats {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  isFile(): boolean
  isDirectory(): boolean
  isCharacterDevice(): boolean
  isFIFO(): boolean
}

interface OpenFile {
  writeFile(data: Uint8Array | string): Promise<void>
  stat(): Promise<FileStats>
  chown(uid: number, gid: number): Promise<void>
  chmod(mode: number): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

/** The part of `node:fs/promises` that is used. */
interface FileSystem {
  readonly constants: { readonly O_WRONLY: number }
  stat(path: string): Promise<FileStats>
  realpath(path: string): Promise<string>
  readlink(path: string): Promise<string>
  mkdir(path: string, options: { recursive: true }): Promise<unknown>
  open(path: string, flags: string | number, mode?: number): Promise<OpenFile>
  rename(from: string, to: string): Promise<void>
  rm(path: string, options: { force: true }): Promise<void>
}

/** The part of `node:path` that is used. */
interface FileNames {
  dirname(path: string): string
  basename(path: string): string
  join(...parts: string[]): string
  resolve(...parts: string[]): string
}

/**
 * Replaces a file: it has the old contents or the new, also after a crash. A new file keeps the permissions of the one that it
 * replaces, a symbolic link stays a link, and missing folders are created. A pipe or a character device is written to. Throws the
 * errors of the file system, and an error for folders, disks and sockets.
 */
export async function replaceFile(
  fs: FileSystem,
  names: FileNames,
  target: string,
  data: Uint8Array | string,
): Promise<void> {
  const before = await fs.stat(target).catch(() => undefined)
  if (before?.isDirectory()) throw new Error('it is a folder. Add a file name')
  if (before && !before.isFile()) return writeToDevice(fs, target, data, before)
  const path = await withoutLinks(fs, names, target)
  const folder = names.dirname(path)
  await fs.mkdir(folder, { recursive: true })
  const pid = nodeModule<{ readonly pid: number }>('node:process')?.pid ?? 0
  const random = Math.random().toString(36).slice(2, 10)
  const temporary = names.join(folder, `.${names.basename(path)}.${pid}-${random}.tmp`)
  try {
    await writeDurably(fs, temporary, data, before)
    await fs.rename(temporary, path)
  } catch (error) {
    await fs.rm(temporary, { force: true }).catch(() => {})
    throw error
  }
  await syncFolder(fs, folder)
}

/** Follows symbolic links, also to a file that does not exist. */
async function withoutLinks(fs: FileSystem, names: FileNames, target: string): Promise<string> {
  let path = target
  for (let links = 0; links < 40; links++) {
    const real = await fs.realpath(path).catch(() => undefined)
    if (real !== undefined) return real
    const link = await fs.readlink(path).catch(() => undefined)
    if (link === undefined) return path
    path = names.resolve(await fs.realpath(names.dirname(path)), link)
  }
  throw new Error('it is a link that leads to itself. Give the path of a file')
}

async function writeToDevice(fs: FileSystem, path: string, data: Uint8Array | string, found: FileStats): Promise<void> {
  if (!found.isCharacterDevice() && !found.isFIFO()) {
    throw new Error('it is a disk or a socket. Give the path of a file')
  }
  if (data.length === 0) return // a reader of a pipe would take the end of the writer for the end of the data
  const file = await fs.open(path, fs.constants.O_WRONLY)
  try {
    await file.writeFile(data)
  } finally {
    await file.close()
  }
}

async function writeDurably(
  fs: FileSystem,
  path: string,
  data: Uint8Array | string,
  like: FileStats | undefined,
): Promise<void> {
  const mode = (like?.mode ?? 0o666) & 0o777
  const file = await fs.open(path, 'wx', mode)
  try {
    await file.writeFile(data)
    if (like) {
      const { uid, gid } = await file.stat()
      // some users may not give a file away, and some file systems have no permissions
      if (uid !== like.uid || gid !== like.gid) await file.chown(like.uid, like.gid).catch(() => {})
      // `open` leaves out the permissions of the umask
      await file.chmod(mode).catch(() => {})
    }
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Syncs the new name to the disk. Some platforms cannot; the contents are on the disk anyway. */
async function syncFolder(fs: FileSystem, path: string): Promise<void> {
  try {
    const folder = await fs.open(path, 'r')
    await folder.sync().finally(() => folder.close())
  } catch {}
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist. Check the path',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EISDIR: 'it is a folder. Give the path of a file in it',
  ENOTDIR: 'a part of its path is a file, not a folder',
  ELOOP: 'it is a link that leads to itself. Give the path of a file',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
  EPIPE: 'its reader has closed it',
}

/** The reason of an error of the file system, as the end of a message. */
export function reasonOf(cause: unknown): string {
  const { code, message } = cause as { readonly code?: string; readonly message: string }
  return `${reasons[code ?? ''] ?? shortened(message).replace(/\.$/, '')}.`
}

/** A text for a message. */
export function shortened(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}...` : text
}
