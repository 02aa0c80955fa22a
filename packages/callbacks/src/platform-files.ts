/** The part of a file system that loggers use. */
export interface TextFiles {
  /** Returns the text of a file; undefined if it does not exist. */
  read(path: string): Promise<string | undefined>
  /** Replaces a file. Creates missing folders. */
  write(path: string, text: string): Promise<void>
  /** Adds text to the end of a file. */
  append(path: string, text: string): Promise<void>
}

/** The file system. Throws on platforms without files. */
export const machineFiles: TextFiles = {
  async read(path) {
    try {
      return await nodeModule('fs/promises', path).readFile(path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  },
  async write(path, text) {
    const { mkdir, writeFile } = nodeModule('fs/promises', path)
    await mkdir(nodeModule('path', path).dirname(path), { recursive: true })
    await writeFile(path, text)
  },
  async append(path, text) {
    await nodeModule('fs/promises', path).appendFile(path, text)
  },
}

interface NodeModules {
  'fs/promises': typeof import('node:fs/promises')
  path: typeof import('node:path')
}

// Not an import, so that bundlers for browsers find nothing to resolve.
function nodeModule<K extends keyof NodeModules>(name: K, path: string): NodeModules[K] {
  const found = typeof process === 'object' ? process.getBuiltinModule?.(`node:${name}`) : undefined
  if (!found) {
    throw new Error(
      `The file '${path}' cannot be written, because this platform has no files. Give 'files', an object with read, write and append.`,
    )
  }
  return found as NodeModules[K]
}
