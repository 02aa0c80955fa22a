// Bundles what users import the way their bundlers do, and measures what a browser has to load.
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '../..')

/** What is measured, and how many kilobytes (1000 bytes) of gzipped code it may be: a little above what it is. */
export const bundles = [
  { name: 'add', what: 'one op and the cpu backend', ceiling: 14.5 },
  { name: 'trainer', what: '`Sequential`, `Dense`, `Adam`, a loss, `fit` and `predict`', ceiling: 53 },
  { name: 'conv-net', what: 'the same with `Conv2D`, pooling, dropout and a metric', ceiling: 57 },
  { name: 'umbrella', what: "the trainer with names for optimizer and loss, from `import 'gradus'`", ceiling: 75 },
  { name: 'everything', what: "all of `import 'gradus'`", ceiling: 101 },
]

/**
 * One bundle: its files, and their sizes in kilobytes. `gzip` (level 9) and `minified` are the code that is loaded at
 * once, `later` is the gzipped code that is loaded when it is first needed, `sources` are the files at once, largest
 * first. With the condition `@gradus/source` these are the sources, otherwise the built packages.
 */
export async function measure(name, conditions = []) {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(import.meta.dirname, `bundles/${name}.mjs`)],
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    conditions,
    outdir: join(root, 'bundle'),
    write: false,
    metafile: true,
    absWorkingDir: root,
    logLevel: 'silent',
  })
  const outputs = outputFiles.map(({ path, contents }) => {
    const { bytes, inputs, imports } = metafile.outputs[relative(root, path)]
    return {
      path: relative(root, path),
      contents,
      bytes,
      inputs,
      imports,
      gzip: gzipSync(contents, { level: 9 }).length,
    }
  })
  const atOnce = new Set([`bundle/${name}.js`])
  for (const path of atOnce) {
    const { imports } = outputs.find((output) => output.path === path)
    for (const next of imports) if (next.kind === 'import-statement') atOnce.add(next.path)
  }
  const first = outputs.filter(({ path }) => atOnce.has(path))
  const later = outputs.filter(({ path }) => !atOnce.has(path))
  const kilobytes = (list, key) => list.reduce((sum, output) => sum + output[key], 0) / 1000
  return {
    outputs,
    minified: kilobytes(first, 'bytes'),
    gzip: kilobytes(first, 'gzip'),
    later: kilobytes(later, 'gzip'),
    sources: first
      .flatMap(({ inputs }) => Object.entries(inputs).map(([path, { bytesInOutput: bytes }]) => ({ path, bytes })))
      .sort((a, b) => b.bytes - a.bytes),
  }
}

/** The table of all bundles for the documentation. */
export function table(measured) {
  const rows = bundles.map(({ name, what }) => {
    const { gzip, minified, later } = measured.get(name)
    return `| ${name} | ${what} | ${gzip.toFixed(1)} | ${minified.toFixed(1)} | ${later.toFixed(1)} |`
  })
  return ['| bundle | imports | gzip | minified | loaded later |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  )
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
    splitting: true,
    outdir: join(root, 'bundle'),
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
  return outputFiles.find(({ path }) => path.endsWith('/stdin.js')).text.trim()
}
