import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Jiti, ModuleCache } from 'jiti'
import { loadConfigModules } from '../config/config-modules.ts'

/**
 * Loads modules in TypeScript and JavaScript, which import `gradus` from this program. Each file is evaluated once, so modules that a
 * config and its plug-ins both import have the same classes.
 */
export class ModuleLoader {
  private readonly cache: ModuleCache = {}
  private jiti: Promise<Jiti> | undefined
  private readonly results = new Map<string, Promise<unknown>>()

  /** The exports of the module in a file; `module.exports` of CommonJS. Throws what the module throws. */
  load(path: string): Promise<unknown> {
    const known = this.results.get(path)
    if (known) return known
    const result = this.evaluate(path)
    this.results.set(path, result)
    return result
  }

  private async evaluate(path: string): Promise<unknown> {
    const jiti = await this.opened()
    const evaluated = this.cache[path]
    if (evaluated) return evaluated.exports as unknown
    const text = await readFile(path, 'utf8')
    // transpiled in every case: Node itself would not find the `gradus` of this program
    const options = { filename: path, ext: extname(path), cache: this.cache, forceTranspile: true }
    const before = new Set(Object.keys(this.cache))
    try {
      return jiti.evalModule(text, options)
    } catch (error) {
      if (!(error instanceof SyntaxError && /\bawait\b/.test(error.message))) throw error
      for (const file of Object.keys(this.cache)) if (!before.has(file)) delete this.cache[file]
    }
    // only here a module may wait at its top level; what it imports as JavaScript is then evaluated by Node where that can
    return jiti.evalModule(text, { ...options, async: true })
  }

  /** The file to which an import of a package, or of an entry of it, leads from `folder`; undefined if there is none. */
  async resolve(name: string, folder: string): Promise<string | undefined> {
    const jiti = await this.opened()
    const url = jiti.esmResolve(name, { try: true, parentURL: pathToFileURL(`${folder}/`).href })
    return url?.startsWith('file:') ? fileURLToPath(url) : undefined
  }

  /** The files that were loaded, with those that they import, without those that Node loads itself. */
  get files(): readonly string[] {
    return Object.keys(this.cache)
  }

  private opened(): Promise<Jiti> {
    this.jiti ??= createLoader()
    return this.jiti
  }
}

async function createLoader(): Promise<Jiti> {
  const virtualModules = await loadConfigModules()
  const { createJiti } = await import('jiti') // only where it is needed, because it loads slowly
  return createJiti(import.meta.url, { fsCache: false, moduleCache: false, interopDefault: true, virtualModules })
}
