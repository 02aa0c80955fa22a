import { ConfigError, describeName, describeValue } from '@gradus/core'
import { type Directory, listDirectory } from '@gradus/data/internals'
import { bytesInput, collectedInput, filesInput } from './collected-input.ts'
import type { TableInput } from './formats/format.ts'
import { pathInput } from './platform-input.ts'

/**
 * What a table is read from: a path of a file or a folder, a `File` or a `Blob`, bytes, text (a string with a line end), a stream such
 * as `process.stdin`, and in pages a folder (`showDirectoryPicker`, or the files of an input with `webkitdirectory`). `{ path }` and
 * `{ text }` make the meaning of a string explicit.
 */
export type TableFrom =
  | string
  | { readonly path: string }
  | { readonly text: string }
  | Uint8Array
  | ArrayBuffer
  | Blob
  | AsyncIterable<string | Uint8Array>
  | Directory

/** Opens a source of a table. Throws `ConfigError` for what is none, and `DataError` where it cannot be read. */
export async function tableInput(from: TableFrom, name?: string): Promise<TableInput> {
  const input = await inputOf(from as unknown, name)
  return name === undefined ? input : { ...input, name }
}

async function inputOf(from: unknown, name: string | undefined): Promise<TableInput> {
  if (typeof from === 'string') return /[\r\n]/.test(from) ? textInput(from, name) : pathOf(from)
  if (from instanceof Uint8Array) return bytesInput(from, 'The table', name)
  if (from instanceof ArrayBuffer) return bytesInput(new Uint8Array(from), 'The table', name)
  if (typeof from === 'object' && from !== null) {
    if (from instanceof Blob) return blobInput(from)
    if ('path' in from && typeof from.path === 'string') return pathOf(from.path)
    if ('text' in from && typeof from.text === 'string') return textInput(from.text, name)
    if (isFolder(from)) return folderInput(from)
    if (Symbol.asyncIterator in from) return collectedInput(from as AsyncIterable<unknown>, 'The stream', name)
    if ('getReader' in from) return collectedInput(streamPieces(from as ReadableStream), 'The stream', name)
  }
  throw new ConfigError(
    `openTable reads a path, a File or Blob, bytes, text with a line end, or a stream, and got ${describeValue(from)}.`,
  )
}

function textInput(text: string, name: string | undefined): TableInput {
  return bytesInput(new TextEncoder().encode(text), 'The text', name)
}

function pathOf(path: string): Promise<TableInput> {
  if (/^https?:\/\//i.test(path)) {
    throw new ConfigError(
      `openTable reads no addresses, and got ${describeName(path)}. Download the file first: await openTable(await getFile({ origin })), with getFile of gradus.`,
    )
  }
  if (path === '')
    throw new ConfigError("openTable got an empty path. Give the path of a file, or { text: '' } for text.")
  return pathInput(path)
}

function blobInput(blob: Blob): TableInput {
  const path = 'name' in blob && typeof blob.name === 'string' ? blob.name : undefined
  return {
    name: path ?? 'The file',
    ...(path === undefined ? {} : { path }),
    size: blob.size,
    read: async (start = 0, end = blob.size) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
    pieces: () => streamPieces(blob.stream()),
  }
}

async function* streamPieces(stream: ReadableStream): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader() as ReadableStreamDefaultReader<Uint8Array>
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function isFolder(from: object): boolean {
  if ('kind' in from) return from.kind === 'directory'
  return (
    'length' in from &&
    !ArrayBuffer.isView(from) &&
    from.length !== 0 &&
    (from as ArrayLike<unknown>)[0] instanceof Blob
  )
}

async function folderInput(from: object): Promise<TableInput> {
  const { files } = await listDirectory('openTable', from as Directory, true)
  return filesInput(
    files.map((file) => ({ ...file, cell: file })),
    'The folder',
  )
}
