import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { BuildOptions } from 'esbuild'
import { install } from './machine.ts'
import type { Builder } from './tools.ts'

/** CommonJS packages in a bundle that is an ES module need `require`. */
const banner = {
  js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
}

/**
 * Writes the benchmarks of WebGPU into a flat folder, for a machine with a GPU and only Node 22: the harness as `program.mjs`,
 * the contestants, sizes, goals, and the scripts for PyTorch. `dawn.node` of the package `webgpu` has to be put beside them.
 */
export async function pack(folder: string | undefined, { home, build }: Builder): Promise<number> {
  if (folder === undefined) throw new Error('--pack: no folder is given; for example --pack /tmp/gradus-gpu.')
  const outdir = resolve(process.env.INIT_CWD ?? process.cwd(), folder)
  const peers = join(home, 'peers')
  const missing = install(peers)
  if (missing) throw new Error(`--pack: ${missing.missing}.`)
  mkdirSync(outdir, { recursive: true })
  const options = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outdir,
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
  } satisfies BuildOptions
  const own = join(home, 'src')
  await build({
    ...options,
    conditions: ['@gradus/source'],
    alias: { webgpu: join(own, 'contestants/dawn/beside.ts') },
    entryPoints: {
      program: join(own, 'harness/packed.ts'),
      dawn: join(own, 'contestants/dawn/main.ts'),
      gradus: join(own, 'contestants/gradus/main.ts'),
      'gpu-copy': join(own, 'contestants/gpu-copy/main.ts'),
    },
  })
  await build({
    ...options,
    banner,
    mainFields: ['module', 'main'],
    entryPoints: { tfjs: join(peers, 'src/tfjs/main.ts'), 'jax-js': join(peers, 'src/jax-js/main.ts') },
  })
  for (const name of ['shapes.json', 'gpu.shapes.json', 'goals.json']) cpSync(join(home, name), join(outdir, name))
  const scripts = readdirSync(join(peers, 'torch')).filter((name) => name.endsWith('.py'))
  for (const name of scripts) cpSync(join(peers, 'torch', name), join(outdir, name))
  console.log(`${outdir}: put dawn.node beside program.mjs, then: node program.mjs`)
  return 0
}
