import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll } from 'vitest'
import { Sandbox } from './sandbox.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Bundles the command line from its sources into a folder, for tests that start a process. Returns the path of the script. */
export async function bundleCommand(folder: string): Promise<string> {
  const script = await bundle('main.ts', join(folder, 'dist', 'gradus.mjs'))
  cpSync(join(root, 'package.json'), join(folder, 'package.json'))
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(realpathSync(join(root, 'node_modules', 'jiti')), join(folder, 'node_modules', 'jiti'), 'junction')
  return script
}

/** Bundles the command line before the tests of a file or a group, and removes it after them. `script` is its path in the tests. */
export function builtCommand(): { readonly script: string } {
  const folder = new Sandbox()
  const built = { script: '' }
  beforeAll(async () => {
    built.script = await bundleCommand(folder.path)
  }, 120_000)
  afterAll(() => folder.remove())
  return built
}

/** Bundles a source file of the command line. Returns the path of the script. */
export async function bundle(source: string, outfile: string): Promise<string> {
  await build({
    entryPoints: [join(root, 'src', source)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@gradus/source'],
    external: ['jiti', '@gradus/backend-webgpu'],
    // some of the bundled libraries are CommonJS and call `require`
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  })
  return outfile
}

/** A running process of the command line. */
export interface Process {
  readonly pid: number
  /** Closes the reading end of stdout. */
  closeOut(): void
  kill(signal: NodeJS.Signals): void
  /** Resolves with the match once stdout matches. */
  shows(pattern: RegExp): Promise<RegExpExecArray>
  /** Resolves when the process has ended. */
  readonly ended: Promise<{
    readonly code: number | null
    readonly signal: NodeJS.Signals | null
    readonly out: string
    readonly err: string
  }>
}

interface StartOptions {
  /** Options of Node. */
  readonly node?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** The text of stdin (default nothing). */
  readonly input?: string
  /** File descriptors in place of the pipes. */
  readonly out?: number
  readonly err?: number
}

/** Starts the command line in the folder `cwd`. */
export function startCommand(
  script: string,
  args: readonly string[],
  cwd: string,
  options: StartOptions = {},
): Process {
  const { node = [], env = {}, input, out: stdout = 'pipe', err: stderr = 'pipe' } = options
  const child = spawn(process.execPath, [...node, script, ...args], {
    cwd,
    stdio: [input === undefined ? 'ignore' : 'pipe', stdout, stderr],
    env: { ...process.env, ...env },
  })
  child.stdin?.end(input)
  let [out, err] = ['', '']
  child.stdout?.on('data', (chunk) => {
    out += chunk
  })
  child.stderr?.on('data', (chunk) => {
    err += chunk
  })
  const ended = new Promise<Awaited<Process['ended']>>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, out, err }))
  })
  const shows = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(out)
        if (found) resolve(found)
      }
      child.stdout?.on('data', look)
      child.on('close', () => reject(new Error(`The process ended before it printed ${pattern}:\n${out}\n${err}`)))
      look()
    })
  return {
    pid: child.pid!,
    closeOut: () => child.stdout?.destroy(),
    kill: (signal) => child.kill(signal),
    shows,
    ended,
  }
}
