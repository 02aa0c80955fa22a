import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { BuildOptions } from 'esbuild'
import { install, newerNode, pythonWithTorch } from './machine.ts'
import type { Missing } from './roster.ts'
import type { Builder, Found, Wanted } from './tools.ts'

/** Bundles from this repository, and those with packages of `peers`. */
const own = ['gradus', 'hand-written', 'ceilings', 'start-up-gradus', 'gpu-copy', 'chromium', 'dawn']
const foreign = ['tfjs', 'jax-js', 'ort', 'brain', 'start-up-tfjs', 'start-up-jax-js', 'start-up-brain']
const ownPages = ['page-gradus', 'page-gpu-copy']
const foreignPages = ['page-tfjs', 'page-jax-js', 'page-ort']

/** Bundles the contestants, installs the peers if they are wanted, and finds the programs of this machine. */
export async function findPaths({ home, work, build }: Builder, wanted: Wanted): Promise<Found> {
  const peers = join(home, 'peers')
  const missing = wanted.peers ? install(peers) : { missing: 'the peers are not installed' }
  const options = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@gradus/source'] as string[],
    logLevel: 'error',
    splitting: true, // code behind import() stays in separate files
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
