import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inject } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')

/** The timeout of tests that install packages, in milliseconds. */
export const slow = 300_000

/** The tarball of a package, by its name without the scope. */
export const tarball = (name: string): string =>
  join(inject('tarballs'), `${name === 'gradus' ? 'gradus' : `gradus-${name}`}-0.0.0.tgz`)

/** The names of all packed packages, without the scope. */
export const packed = (): string[] =>
  readdirSync(inject('tarballs')).map((file) => file.replace(/^gradus-(?!\d)|-[^-]*\.tgz$/g, ''))

/** A project outside the repository that installs packed packages. */
export interface Project {
  readonly folder: string
  /** Runs a program and returns its output. If it fails, the output is in the error. */
  run(program: string, ...args: string[]): Promise<string>
  /** Compiles with the repository's TypeScript and the types installed in the project. */
  compile(...args: string[]): Promise<string>
}

interface ProjectOptions {
  /** The folder of `consumer` that is copied into the project. */
  readonly from?: string
  readonly manifest?: object
  /** Packages that come from the registry, such as `typescript@5.2.2`. */
  readonly registry?: readonly string[]
  /** Whether nothing may be downloaded (default true). */
  readonly offline?: boolean
}

/** Makes an empty project, copies `consumer/<from>` into it and installs the tarballs. */
export async function makeProject(
  name: string,
  packages: readonly string[],
  { from, manifest = {}, registry = [], offline = true }: ProjectOptions = {},
): Promise<Project> {
  const folder = join(inject('workplace'), name)
  mkdirSync(folder)
  if (from) cpSync(join(import.meta.dirname, 'consumer', from), folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, private: true, type: 'module', ...manifest }))

  const project: Project = {
    folder,
    async run(program, ...args) {
      try {
        const { stdout } = await run(program, args, { cwd: folder, env: environment() })
        return stdout
      } catch (error) {
        const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
        throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error })
      }
    },
    compile: (...args) => project.run(process.execPath, join(root, 'node_modules/typescript/bin/tsc'), ...args),
  }
  await project.run(
    'npm',
    ...['install', '--no-audit', '--no-fund', '--loglevel=error', offline ? '--offline' : '--prefer-offline'],
    ...packages.map(tarball),
    ...registry,
  )
  return project
}

/** The environment of this process without the variables of package managers and of vitest. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(?!config_(registry|cache|userconfig|globalconfig))|PNPM_|VITEST|NODE_ENV|NODE_OPTIONS)/i.test(name),
  )
  return { ...Object.fromEntries(kept), CI: 'true' }
}
