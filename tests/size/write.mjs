// `npm run sizes` measures the bundles and writes docs/sizes.md.
// `npm run sizes -- trainer` prints instead the bytes of the bundle `trainer` by package and by file.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { layerTable, measureLayers } from './layers.mjs'
import { measure, measureAll, table } from './measure.mjs'

const page = (rows, layerRows) => `# Sizes

What a browser loads, in kilobytes of 1000 bytes: the code of one application, bundled and minified by esbuild with
tree-shaking and splitting, gzipped at level 9. The code that reads and writes files is loaded with the first file. The
applications are in [tests/size/bundles](../tests/size/bundles); \`npm run sizes\` measures them and writes this page, and a
test fails if a size differs by more than 5 %.

${rows}

## Layers

The kilobytes that one layer adds to an application that trains with \`Dense\`, gzipped: its own code, that of the functions of
tensors which it alone uses, and their kernels. Layers of one family share most of their code: the second convolution adds a few
hundred bytes.

${layerRows}
`

const [name] = process.argv.slice(2)
if (name === undefined) {
  writeFileSync(
    join(import.meta.dirname, '../../docs/sizes.md'),
    page(table(await measureAll()), layerTable(await measureLayers())),
  )
} else {
  const { all, sources } = await measure(name, ['@gradus/source'])
  console.log(`${name}: ${all.gzip} kB gzip, ${all.minified} kB minified, of which bytes`)
  const packages = {}
  for (const { path, bytes } of sources) {
    const owner = path.split('/')[1]
    packages[owner] = (packages[owner] ?? 0) + bytes
  }
  console.table(packages)
  for (const { path, bytes } of sources) console.log(bytes, path)
}
