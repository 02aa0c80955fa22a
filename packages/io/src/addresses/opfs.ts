import { streamPieces } from '../stream-pieces.ts'
import { browser, type FileHandle, type Folder } from './browser.ts'
import { type AddressScheme, nameIn } from './scheme.ts'

/** Files in the private folder of a page, such as `opfs://models/digits.safetensors`. */
export const opfs: AddressScheme = {
  names: ['opfs'],
  async open(address) {
    const [folder, name] = await placeOf(address, false)
    return streamPieces(await (await folder.getFileHandle(name)).getFile())!
  },
  async write(address, data) {
    const [folder, name] = await placeOf(address, true)
    const file = await folder.getFileHandle(name, { create: true })
    try {
      await replaceContents(file, data)
    } catch (error) {
      // a new file is empty
      const { size } = await file.getFile().catch(() => ({ size: 1 }))
      if (size === 0) await folder.removeEntry(name).catch(() => {})
      throw error
    }
  },
  async list() {
    return (await filesIn(await root(), 'opfs://')).sort()
  },
  async remove(address) {
    try {
      const [folder, name] = await placeOf(address, false)
      await folder.removeEntry(name)
    } catch (error) {
      if ((error as Error).name !== 'NotFoundError') throw error
    }
  },
}

async function replaceContents(file: FileHandle, data: Uint8Array): Promise<void> {
  if (!file.createWritable) throw new Error('this browser writes no files of a page. Use indexeddb://')
  const writing = await file.createWritable()
  try {
    await writing.write(data)
  } catch (error) {
    await writing.abort(error).catch(() => {})
    throw error
  }
  // the contents are replaced now
  await writing.close()
}

async function root(): Promise<Folder> {
  const storage = browser.navigator?.storage
  if (!storage?.getDirectory) throw new Error('this platform has no private folder of a page. Give a path')
  return storage.getDirectory()
}

/** The folder of a file and its name in it. */
async function placeOf(address: string, create: boolean): Promise<[Folder, string]> {
  const parts = nameIn(address).split('/')
  if (parts.some((part) => ['', '.', '..'].includes(part))) {
    throw new Error("names of folders and files must not be empty, '.' or '..'")
  }
  let folder = await root()
  for (const part of parts.slice(0, -1)) folder = await folder.getDirectoryHandle(part, { create })
  return [folder, parts.at(-1)!]
}

async function filesIn(folder: Folder, prefix: string): Promise<string[]> {
  const found: string[] = []
  for await (const entry of folder.values()) {
    const address = `${prefix}${entry.name}`
    if (entry.kind === 'file') found.push(address)
    else found.push(...(await filesIn(entry, `${address}/`)))
  }
  return found
}
