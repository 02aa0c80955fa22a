/** The parts of a browser that addresses use. */
export interface Browser {
  readonly indexedDB?: { open(name: string, version: number): OpenRequest }
  readonly navigator?: { readonly storage?: { getDirectory?(): Promise<Folder> } }
  readonly location?: { readonly href: string; readonly origin: string }
  readonly document?: { createElement(name: 'a'): { href: string; download: string; click(): void } }
}

/** The globals of the platform. Those of a browser are missing elsewhere. */
export const browser = globalThis as Browser

/** A request to a database. */
export interface DatabaseRequest {
  readonly result: unknown
  readonly error: unknown
  onsuccess: () => void
  onerror: () => void
}

interface OpenRequest extends DatabaseRequest {
  readonly result: Database
  onupgradeneeded: () => void
}

export interface Database {
  createObjectStore(name: string): unknown
  transaction(store: string, mode: 'readonly' | 'readwrite'): Transaction
  close(): void
}

interface Transaction {
  readonly error: unknown
  oncomplete: () => void
  onabort: () => void
  objectStore(name: string): ObjectStore
}

export interface ObjectStore {
  get(key: string): DatabaseRequest
  put(value: unknown, key: string): DatabaseRequest
  delete(key: string): DatabaseRequest
  getAllKeys(): DatabaseRequest
}

/** A folder of a page. */
export interface Folder {
  readonly kind: 'directory'
  readonly name: string
  getFileHandle(name: string, options?: { create: boolean }): Promise<FileHandle>
  getDirectoryHandle(name: string, options: { create: boolean }): Promise<Folder>
  removeEntry(name: string): Promise<void>
  values(): AsyncIterable<FileHandle | Folder>
}

export interface FileHandle {
  readonly kind: 'file'
  readonly name: string
  getFile(): Promise<Blob>
  createWritable?(): Promise<{
    write(data: Uint8Array): Promise<void>
    close(): Promise<void>
    abort(reason: unknown): Promise<void>
  }>
}
