/** The part of a file system that loggers need. */
export interface TextFiles {
  /** The text of a file; undefined where there is none. */
  read(path: string): Promise<string | undefined>
  write(path: string, text: string): Promise<void>
  append(path: string, text: string): Promise<void>
}

/** The files of the machine. Node's module is loaded when it is needed, so that bundles for browsers do without it. */
export const machineFiles: TextFiles = {
  async read(path) {
    const { readFile } = await nodeFiles(path)
    return readFile(path, 'utf8').catch((error: { code?: string }) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
  },
  async write(path, text) {
    const { mkdir, writeFile } = await nodeFiles(path)
    const { dirname } = await import('node:path')
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  },
  async append(path, text) {
    const { appendFile } = await nodeFiles(path)
    await appendFile(path, text)
  },
}

async function nodeFiles(path: string): Promise<typeof import('node:fs/promises')> {
  try {
    return await import('node:fs/promises')
  } catch (cause) {
    throw new Error(
      `The file '${path}' cannot be written here, because this platform has no files. Give 'files', an object with read, write and append, or use a callback of your own.`,
      { cause },
    )
  }
}
