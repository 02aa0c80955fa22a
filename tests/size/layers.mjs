// Measures what each layer adds to an application that trains with `Dense`.
import { basename } from 'node:path'
import { gzipSync } from 'node:zlib'
import { layers } from '@gradus/layers'
import { build } from 'esbuild'
import { standard } from 'gradus'

/** The names of the layers in the standard registry. */
export const layerNames = Object.keys(layers).filter((name) => standard.definitions.includes(layers[name]))

const trainer = `
export { cpu } from '@gradus/backend-cpu'
export { Dense } from '@gradus/layers'
export { SparseCategoricalCrossentropy } from '@gradus/losses'
export { Sequential } from '@gradus/models'
export { Adam } from '@gradus/optimizers'
`

/** Returns the kilobytes, gzipped at level 9, that each layer adds to the trainer, by name. */
export async function measureLayers(names = layerNames) {
  const { outputFiles } = await build({
    entryPoints: ['trainer', ...names].map((name) => ({ in: `layer:${name}`, out: name })),
    plugins: [
      {
        name: 'layers',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^layer:/ }, ({ path }) => ({ path: path.slice(6), namespace: 'layer' }))
          onLoad({ filter: /.*/, namespace: 'layer' }, ({ path }) => ({
            contents: ['trainer', 'Dense'].includes(path)
              ? trainer
              : `${trainer}export { ${path} } from '@gradus/layers'`,
            resolveDir: import.meta.dirname,
          }))
        },
      },
    ],
    outdir: '/',
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  })
  const sizes = outputFiles.map(({ path, contents }) => [
    basename(path, '.js'),
    gzipSync(contents, { level: 9 }).length / 1000,
  ])
  const [[, base], ...rest] = sizes
  return new Map(rest.map(([name, size]) => [name, Math.max(0, size - base)]))
}

/** The table of the layers in Markdown, three to a row. */
export function layerTable(measured) {
  const cells = [...measured].map(([name, size]) => `${name} | ${size.toFixed(1)}`)
  const height = Math.ceil(cells.length / 3)
  const rows = Array.from({ length: height }, (_, row) =>
    [0, 1, 2].map((column) => cells[row + column * height] ?? ' | ').join(' | '),
  )
  return [
    '| layer | gzip | layer | gzip | layer | gzip |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n')
}
