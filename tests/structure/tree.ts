import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import type { Edit } from './edit.ts'
import type * as Probes from './probes.ts'

export const root = join(import.meta.dirname, '../..')
const probes = 'tests/structure/probes.ts'

/** A copy of the sources of the packages and of the command line outside the repository, with some edits. */
export function editedTree(edits: readonly Edit[]): string {
  const tree = mkdtempSync(join(tmpdir(), 'gradus-structure-'))
  const copied = [...readdirSync(join(root, 'packages')).map((name) => `packages/${name}`), 'apps/cli']
  const parts = copied.flatMap((folder) => [`${folder}/package.json`, `${folder}/src`])
  for (const part of [
    ...parts,
    'package.json',
    'scripts/levels.json',
    'tests/all-backends.ts',
    'tests/backends.ts',
    probes,
  ]) {
    if (existsSync(join(root, part))) cpSync(join(root, part), join(tree, part), { recursive: true, filter: isSource })
  }
  for (const { file, apply } of edits) {
    const path = join(tree, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, apply(existsSync(path) ? readFileSync(path, 'utf8') : undefined))
  }
  linkPackages(tree)
  return tree
}

const isSource = (path: string) => !/\.test(-d)?\.ts$|\/src\/(.+\/)?(testing|recorded)$/.test(path)

interface Manifest {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
}

/** Lets the packages of the tree find one another, and the command line its dependencies. */
function linkPackages(tree: string): void {
  const link = (name: string, target: string) => {
    const path = join(tree, 'node_modules', name)
    mkdirSync(dirname(path), { recursive: true })
    if (!existsSync(path)) symlinkSync(target, path, 'dir')
  }
  const folders = [...readdirSync(join(tree, 'packages')).map((name) => `packages/${name}`), 'apps/cli']
  const manifests = folders.map((folder) => {
    const manifest = JSON.parse(readFileSync(join(tree, folder, 'package.json'), 'utf8')) as Manifest
    link(manifest.name, join(tree, folder))
    return { folder, manifest }
  })
  for (const { folder, manifest } of manifests) {
    for (const name of Object.keys(manifest.dependencies ?? {})) link(name, join(root, folder, 'node_modules', name))
  }
}

/** Bundles the probes with the sources of a tree, and loads them. */
export async function probesOf(tree: string): Promise<typeof Probes.probes> {
  const outfile = join(tree, 'apps/cli/dist/probes.mjs')
  await build({
    entryPoints: [join(tree, probes)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@gradus/source'],
    external: ['jiti', 'webgpu'],
    logLevel: 'error',
    // some of the bundled libraries are CommonJS and ask for a `require`
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  })
  return ((await import(/* @vite-ignore */ outfile)) as typeof Probes).probes
}

/** The messages of the compiler about a program in a tree, and about the sources that it uses. */
export function typeErrors(tree: string, program: string): string {
  const config = {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: { types: ['node'], typeRoots: [join(root, 'node_modules/@types')], declaration: false },
    include: ['program.ts', 'packages/*/src/**/*.d.ts'],
  }
  writeFileSync(join(tree, 'program.ts'), program)
  writeFileSync(join(tree, 'tsconfig.json'), JSON.stringify(config))
  return spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', tree], { encoding: 'utf8' }).stdout
}
