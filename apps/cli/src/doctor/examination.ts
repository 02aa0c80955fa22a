import { createRequire } from 'node:module'
import { arch, availableParallelism, cpus, freemem, platform, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BackendStatus, listBackends } from '../backends/backends.ts'
import { ownVersion } from '../version.ts'
import { findPackage, gradusPackages, type InstalledPackage } from './installed.ts'

/** A package that is used where it is installed. */
interface OptionalPackage {
  readonly name: string
  /** What it is for. */
  readonly about: string
  /** Null where it is not installed. */
  readonly version: string | null
  /** Why it does not load; null where it does or was not tried. */
  readonly problem: string | null
}

/** Something that is missing or could be faster. */
interface Finding {
  /** `problem`: it can give errors. `advice`: it would be faster or could do more. */
  readonly kind: 'problem' | 'advice'
  readonly text: string
  /** The command that changes it; null where there is none. */
  readonly command: string | null
}

/** What a machine has. */
export interface Examination {
  readonly gradus: string
  readonly node: { readonly version: string; readonly supported: boolean }
  readonly machine: {
    readonly platform: string
    readonly arch: string
    readonly cpu: string
    readonly cores: number
    /** Bytes of memory that the process may use, and that are free. */
    readonly memory: number
    readonly freeMemory: number
  }
  readonly backends: readonly BackendStatus[]
  readonly optional: readonly OptionalPackage[]
  readonly packages: readonly InstalledPackage[]
  readonly findings: readonly Finding[]
}

/** The oldest version of Node that is supported. */
const oldestNode = [20, 19] as const

const optionalPackages: readonly { readonly name: string; readonly about: string; readonly loads?: true }[] = [
  { name: 'sharp', about: 'decodes PNG, JPEG and other images faster', loads: true },
  { name: 'hyparquet', about: 'reads Parquet files' },
  { name: 'hyparquet-compressors', about: 'reads Parquet files that are compressed by gzip, zstd or brotli' },
]

/** Examines the machine and the packages that programs in a folder use. */
export async function examine(cwd: string): Promise<Examination> {
  const folders = [cwd, dirname(fileURLToPath(import.meta.url))]
  const { node } = process.versions
  const parts = {
    gradus: ownVersion(),
    node: { version: node, supported: isSupported(node) },
    machine: {
      platform: platform(),
      arch: arch(),
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memory: memoryLimit(),
      freeMemory: freemem(),
    },
    backends: await listBackends(),
    optional: optionalPackages.map((entry) => optionalPackage(entry, folders)),
    packages: gradusPackages(folders),
  }
  return { ...parts, findings: findingsOf(parts) }
}

function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])
}

/** The memory of the machine, or less where the process is limited, as in a container. */
function memoryLimit(): number {
  const limit = process.constrainedMemory?.() ?? 0
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

function optionalPackage(
  { name, about, loads }: (typeof optionalPackages)[number],
  folders: readonly string[],
): OptionalPackage {
  const found = findPackage(name, folders)
  if (!found) return { name, about, version: null, problem: null }
  let problem: string | null = null
  if (loads) {
    try {
      createRequire(join(found.folder, 'package.json'))(found.folder)
    } catch (error) {
      problem = (error as Error).message.trim().split('\n')[0] ?? 'it does not load'
    }
  }
  return { name, about, version: found.version, problem }
}

/** The packages that must exist once in a program, because tensors and layers of one copy are unknown to another. */
const single = ['@gradus/tensor', '@gradus/core']

function findingsOf({ node, backends, optional, packages }: Omit<Examination, 'findings'>): Finding[] {
  const findings: Finding[] = []
  const problem = (text: string, command: string | null = null) => findings.push({ kind: 'problem', text, command })
  const advice = (text: string, command: string | null = null) => findings.push({ kind: 'advice', text, command })
  if (!node.supported) {
    const needed = oldestNode.join('.')
    problem(
      `Node ${node.version} is too old: Gradus needs ${needed} or newer, from https://nodejs.org or by nvm.`,
      'nvm install 22',
    )
  }
  for (const [name, copies] of byName(packages)) {
    const versions = [...new Set(copies.map(({ version }) => version))]
    if (single.includes(name) && copies.length > 1) {
      const places = copies.map(({ version, folder }) => `${version} in ${folder}`).join(', ')
      problem(
        `${name} is installed ${copies.length} times (${places}); tensors and layers of one copy are unknown to another.`,
        'npm dedupe',
      )
    } else if (versions.length > 1) advice(`${name} is installed in the versions ${versions.join(', ')}.`, 'npm dedupe')
  }
  const versions = [...new Set(packages.map(({ version }) => version))]
  if (versions.length > 1 && !findings.some(({ command }) => command === 'npm dedupe')) {
    const named = versions.map(
      (version) => `${version} (${packages.find((entry) => entry.version === version)!.name} ...)`,
    )
    problem(`The packages of Gradus have different versions: ${named.join(', ')}.`, 'npm update')
  }
  backendFindings(backends, problem, advice)
  for (const { name, about, version, problem: reason } of optional) {
    if (version === null) advice(`${name} is not installed; it ${about}.`, `npm install ${name}`)
    else if (reason !== null) problem(`${name} ${version} does not load: ${reason}.`, `npm install ${name} --force`)
  }
  return [...findings.filter(({ kind }) => kind === 'problem'), ...findings.filter(({ kind }) => kind === 'advice')]
}

type Note = (text: string, command?: string | null) => void

function backendFindings(backends: readonly BackendStatus[], problem: Note, advice: Note): void {
  for (const { name, package: from, about, available, reason = '' } of backends) {
    if (name === 'wasm') {
      if (!available)
        problem(
          `WebAssembly does not start (${reason}), so models are computed in plain JavaScript, which is many times slower.`,
        )
      else if (!about.includes('SIMD'))
        advice(
          'This Node has no SIMD in WebAssembly, which makes training about three times slower. Install a newer one.',
        )
    } else if (available && /swiftshader|llvmpipe|lavapipe|software/i.test(about)) {
      advice(`The backend ${name} computes with a driver in software (${about}), which is slower than wasm.`)
    } else if (!available && reason.includes('is not installed')) {
      advice(`The backend ${name} (${about}) is not installed.`, `npm install ${from}`)
    } else if (!available) {
      const says = /^The .* does not start/.test(reason) ? reason : `The backend ${name} does not start: ${reason}.`
      advice(says)
    }
  }
}

function byName(packages: readonly InstalledPackage[]): Map<string, InstalledPackage[]> {
  const grouped = new Map<string, InstalledPackage[]>()
  for (const entry of packages) grouped.set(entry.name, [...(grouped.get(entry.name) ?? []), entry])
  return grouped
}
