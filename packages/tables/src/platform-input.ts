import { ConfigError, DataError, describeName, suggest } from '@gradus/core'
import { listDirectory } from '@gradus/data/internals'
import { collectedInput, filesInput } from './collected-input.ts'
import type { TableInput } from './formats/format.ts'

const pieceBytes = 2 ** 18

/** Opens a path: a file or a folder. Throws `DataError` with the reason where it cannot be read. */
export async function pathInput(path: string): Promise<TableInput> {
  const builtin = typeof process === 'object' ? process.getBuiltinModule : undefined
  const fs = builtin?.('node:fs/promises')
  const names = builtin?.('node:path')
  if (!fs || !names)
    throw new DataError(
      `This platform has no files, so ${describeName(path)} cannot be read. Pass a File, a Blob or bytes.`,
    )
  if (path.includes('\0')) throw new ConfigError(`The path ${describeName(path)} has a character of code 0.`)
  const stat = await fs.stat(path).catch(async (cause: NodeJS.ErrnoException) => {
    const near = cause.code === 'ENOENT' ? await similar(path) : ''
    throw new DataError(`The file ${describeName(path)} cannot be read: ${reasonOf(cause)}.${near}`, { cause })
  })
  if (stat.isDirectory()) return folderInput(path)
  if (!stat.isFile()) return streamOfPath(path)
  return fileInput(path, stat.size)

  async function similar(wanted: string): Promise<string> {
    const found = await fs!.readdir(names!.dirname(wanted)).catch(() => [])
    const hint = suggest(names!.basename(wanted), found.slice(0, 1000))
    return / Did you mean '[^']*'\?/.exec(hint)?.[0] ?? ''
  }

  function fileInput(file: string, size: number): TableInput {
    const failed = (cause: Error): never => {
      throw new DataError(`The file ${describeName(file)} cannot be read: ${reasonOf(cause)}.`, { cause })
    }
    const read = async (start = 0, end = size): Promise<Uint8Array> => {
      const length = Math.max(0, Math.min(end, size) - start)
      const handle = await fs!.open(file).catch(failed)
      try {
        const bytes = new Uint8Array(length)
        let at = 0
        while (at < length) {
          const { bytesRead } = await handle.read(bytes, at, Math.min(length - at, 2 ** 30), start + at).catch(failed)
          if (bytesRead === 0) break
          at += bytesRead
        }
        return at === length ? bytes : bytes.slice(0, at)
      } finally {
        await handle.close()
      }
    }
    return {
      name: file.length > 300 ? `...${file.slice(-297)}` : file,
      path: file,
      size,
      read,
      pieces: () => pathPieces(file, failed),
      async beside(name) {
        const other = names!.join(names!.dirname(file), name)
        const found = await fs!.stat(other).catch(() => undefined)
        return found?.isFile() ? fileInput(other, found.size) : undefined
      },
    }
  }

  async function* pathPieces(file: string, failed: (cause: Error) => never): AsyncGenerator<Uint8Array> {
    const handle = await fs!.open(file).catch(failed)
    try {
      for (;;) {
        const piece = new Uint8Array(pieceBytes)
        const { bytesRead } = await handle.read(piece, 0, pieceBytes, null).catch(failed)
        if (bytesRead === 0) return
        yield bytesRead === pieceBytes ? piece : piece.subarray(0, bytesRead)
      }
    } finally {
      await handle.close()
    }
  }

  /** A pipe or a device, which can be read once. */
  async function streamOfPath(file: string): Promise<TableInput> {
    const failed = (cause: Error): never => {
      throw new DataError(`${describeName(file)} cannot be read: ${reasonOf(cause)}.`, { cause })
    }
    return collectedInput(pathPieces(file, failed), file, file)
  }
}

async function folderInput(path: string): Promise<TableInput> {
  const { files } = await listDirectory('openTable', path, true)
  const folder = path.replace(/[/\\]+$/, '')
  return filesInput(
    files.map((file) => ({ ...file, cell: `${folder}/${file.path}` })),
    path,
    path,
  )
}

function reasonOf(cause: Error & { readonly code?: string }): string {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'it does not exist',
    EACCES: 'permission is denied',
    EPERM: 'permission is denied',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of the path is a file',
    ENAMETOOLONG: 'the path is too long',
  }
  return reasons[cause.code ?? ''] ?? cause.message.slice(0, 300)
}
