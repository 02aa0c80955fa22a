// Bundles what users import the way their bundlers do, and measures what a browser has to load.
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '../..')

/** What is measured, and how many kilobytes (1000 bytes) of gzipped code it may be: a little above what it is. */
export const bundles = [
  { name: 'add', what: 'one op and the cpu backend', ceiling: 15.7 },
  { name: 'trainer', what: '`Sequential`, `Dense`, `Adam`, a loss, `fit` and `predict`', ceiling: 75 },
  { name: 'trainer-wasm', what: 'the same on the wasm backend instead of cpu', ceiling: 116 },
  { name: 'conv-net', what: 'the trainer with `Conv2D`, pooling, dropout and a metric', ceiling: 79 },
  { name: 'umbrella', what: "the trainer with names for optimizer and loss, from `import 'gradus'`", ceiling: 127 },
  { name: 'everything', what: "all of `import 'gradus'`", ceiling: 171 },
]

/**
 * One bundle: its files, and the minified and gzipped (level 9) size in kilobytes of what loads first and of all, and what it
 * is made of, largest first. With the condition `@gradus/source` these are the source files, otherwise the built packages.
 */
export async function measure(name, conditions = []) {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(import.meta.dirname, `bundles/${name}.mjs`)],
    outdir: '/',
    bundle: true,
    splitting: true,
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
  const outputs = new Map(outputFiles.map((file) => [basename(file.path), file]))
  const paths = new Map(Object.keys(metafile.outputs).map((path) => [basename(path), metafile.outputs[path]]))
  const first = loadedFirst(`${name}.js`, paths)
  const sizeOf = (names) => {
    const contents = [...names].map((file) => outputs.get(file).contents)
    const total = (bytes) => bytes.reduce((sum, { length }) => sum + length, 0) / 1000
    return { minified: total(contents), gzip: total(contents.map((bytes) => gzipSync(bytes, { level: 9 }))) }
  }
  const inputs = {}
  for (const { inputs: parts } of paths.values())
    for (const [path, { bytesInOutput }] of Object.entries(parts)) inputs[path] = (inputs[path] ?? 0) + bytesInOutput
  return {
    files: [...outputs].map(([file, { text }]) => ({ file, text })),
    first: sizeOf(first),
    all: sizeOf(outputs.keys()),
    sources: Object.entries(inputs)
      .map(([path, bytes]) => ({ path, bytes }))
      .sort((a, b) => b.bytes - a.bytes),
  }
}

/** The entry and the chunks that it imports; not those that it imports later, when they are needed. */
function loadedFirst(entry, outputs, found = new Set()) {
  found.add(entry)
  for (const { path, kind } of outputs.get(entry).imports) {
    if (kind === 'import-statement' && !found.has(basename(path))) loadedFirst(basename(path), outputs, found)
  }
  return found
}

/** The table of all bundles for the documentation. */
export function table(measured) {
  const rows = bundles.map(({ name, what }) => {
    const { first, all } = measured.get(name)
    return `| ${[name, what, ...[first.gzip, first.minified, all.gzip].map((size) => size.toFixed(1))].join(' | ')} |`
  })
  return [
    '| bundle | imports | gzip | minified | with what loads later, gzip |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
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
