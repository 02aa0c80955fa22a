// Bundles small applications as users do, and measures the code that a browser has to load.
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '../..')

/** The bundles that are measured. `ceiling` is the limit of the gzipped code in kilobytes of 1000 bytes. */
export const bundles = [
  { name: 'add', what: 'one op and the cpu backend', ceiling: 18.2 },
  { name: 'trainer', what: '`Sequential`, `Dense`, `Adam`, a loss, `fit` and `predict`', ceiling: 102.5 },
  { name: 'trainer-wasm', what: 'the same on the wasm backend instead of cpu', ceiling: 148.6 },
  { name: 'conv-net', what: 'the trainer with `Conv2D`, pooling, dropout and a metric', ceiling: 107.0 },
  { name: 'umbrella', what: "the trainer with names for optimizer and loss, from `import 'gradus'`", ceiling: 175.8 },
  { name: 'everything', what: "all of `import 'gradus'`", ceiling: 318.0 },
]

/**
 * Measures one bundle: its files, the minified and gzipped (level 9) sizes in kilobytes of the code that loads first and of
 * all code, and the bytes from each input file, largest first. With the condition `@gradus/source` the input files are the
 * sources, otherwise the built packages.
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
  const first = loadedFrom(`${name}.js`, paths, ['import-statement'])
  const ever = loadedFrom(`${name}.js`, paths, ['import-statement', 'dynamic-import'])
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
    all: sizeOf(ever),
    sources: Object.entries(inputs)
      .map(([path, bytes]) => ({ path, bytes }))
      .sort((a, b) => b.bytes - a.bytes),
  }
}

/** The entry and the chunks that it imports in these ways. The bundler writes chunks, too, of which no import is left. */
function loadedFrom(entry, outputs, kinds, found = new Set()) {
  found.add(entry)
  for (const { path, kind } of outputs.get(entry).imports) {
    if (kinds.includes(kind) && !found.has(basename(path))) loadedFrom(basename(path), outputs, kinds, found)
  }
  return found
}

/** The table of all bundles in Markdown. */
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

/**
 * The minified code that remains of a built package if nothing is imported from it and the bundler is told that the package has
 * side effects.
 */
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
          onResolve({ filter: /^\.\// }, ({ path, resolveDir }) =>
            // libraries keep what they say of themselves
            resolveDir.includes('node_modules') ? undefined : { path: join(resolveDir, path), sideEffects: true },
          )
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
