import { browser, type Database, type DatabaseRequest, type ObjectStore } from './browser.ts'
import { type AddressScheme, nameIn } from './scheme.ts'

/** Files in a database of the browser, such as `indexeddb://digits`. */
export const indexedDb: AddressScheme = {
  names: ['indexeddb'],
  async open(address) {
    const bytes = await run<Uint8Array | undefined>('readonly', (files) => files.get(nameIn(address)))
    if (!bytes) throw new Error('it does not exist. Check the name; `listFiles` returns those that exist')
    let rest: Uint8Array | undefined = bytes
    const next = async () => {
      const piece = rest
      rest = undefined
      return piece
    }
    return { name: '', size: bytes.length, next, close: async () => {} }
  },
  async write(address, data) {
    await run('readwrite', (files) => files.put(data, nameIn(address)))
  },
  async list() {
    const names = await run<string[]>('readonly', (files) => files.getAllKeys())
    return names.map((name) => `indexeddb://${name}`)
  },
  async remove(address) {
    await run('readwrite', (files) => files.delete(nameIn(address)))
  },
}

/** Runs one request on the store of files, and returns its result when the transaction is complete. */
async function run<T>(mode: 'readonly' | 'readwrite', request: (files: ObjectStore) => DatabaseRequest): Promise<T> {
  const { indexedDB } = browser
  if (!indexedDB) throw new Error('this platform has no IndexedDB. Give a path')
  const database = await result<Database>(() => {
    const opened = indexedDB.open('gradus', 1)
    opened.onupgradeneeded = () => void opened.result.createObjectStore('files')
    return opened
  })
  try {
    const transaction = database.transaction('files', mode)
    const complete = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error ?? new Error('the transaction was aborted'))
    })
    const [value] = await Promise.all([result<T>(() => request(transaction.objectStore('files'))), complete])
    return value
  } finally {
    database.close()
  }
}

function result<T>(start: () => DatabaseRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = start()
    request.onsuccess = () => resolve(request.result as T)
    request.onerror = () => reject(request.error)
  })
}
