// Bundles what users import the way their bundlers do, and measures what a browser has to load.
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '../..')

/** What is measured, and how many kilobytes (1000 bytes) of gzipped code it may be: a little above what it is. */
export const bundles = [
  { name: 'add', what: 'one op and the cpu backend', ceiling: 15.5 },
  { name: 'trainer', what: '`Sequential`, `Dense`, `Adam`, a loss, `fit` and `predict`', ceiling: 64 },
  { name: 'trainer-wasm', what: 'the same on the wasm backend instead of cpu', ceiling: 104 },
  { name: 'conv-net', what: 'the trainer with `Conv2D`, pooling, dropout and a metric', ceiling: 68 },
  { name: 'umbrella', what: "the trainer with names for optimizer and loss, from `import 'gradus'`", ceiling: 127 },
  { name: 'everything', what: "all of `import 'gradus'`", ceiling: 152 },
]

/**
 * One bundle: its code, its size in kilobytes, minified and gzipped at level 9, and what it is made of, largest first.
 * With the condition `@gradus/source` these are the source files, otherwise the built packages.
 */
export async function measure(name, conditions = []) {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(import.meta.dirname, `bundles/${name}.mjs`)],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    conditions,
    write: false,
    metafile: true,
    absWorkingDir: root,
    logLevel: 'silent',
  })
  const { text, contents } = outputFiles[0]
  const [{ inputs }] = Object.values(metafile.outputs)
  return {
    text,
    minified: contents.length / 1000,
    gzip: gzipSync(contents, { level: 9 }).length / 1000,
    sources: Object.entries(inputs)
      .map(([path, { bytesInOutput: bytes }]) => ({ path, bytes }))
      .sort((a, b) => b.bytes - a.bytes),
  }
}

/** The table of all bundles for the documentation. */
export function table(measured) {
  const rows = bundles.map(({ name, what }) => {
    const { gzip, minified } = measured.get(name)
    return `| ${name} | ${what} | ${gzip.toFixed(1)} | ${minified.toFixed(1)} |`
  })
  return ['| bundle | imports | gzip | minified |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

/** Measures every bundle. */
export async function measureAll() {
  const measured = new Map()
  for (const { name } of bundles) measured.set(name, await measure(name))
  return measured
}

/** The minified code that stays of a built package when nothing is imported from it, if its side effects are not denied. */
export async function leftover(name) {
  const built = (path) => {
    const [folder, entry = 'index'] = path.split('/')
    return join(root, 'packages', folder, 'dist', `${entry}.js`)
  }
  const { outputFiles } = await build({
    stdin: { contents: "import 'the package'" },
    plugins: [
      {
        name: 'packages',
        setup({ onResolve }) {
          onResolve({ filter: /^the package$/ }, () => ({ path: built(name), sideEffects: true }))
          onResolve({ filter: /^\.\// }, ({ path, resolveDir }) => ({
            path: join(resolveDir, path),
            sideEffects: true,
          }))
          onResolve({ filter: /^@gradus\// }, ({ path }) => ({ path: built(path.slice(8)), sideEffects: false }))
        },
      },
    ],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  })
  return outputFiles[0].text.trim()
}
