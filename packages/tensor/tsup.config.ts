import { build, inOneFile } from '../../tsup.base.ts'

const together = ['index', 'internals', 'numeric', 'ops'].map((name) => `src/${name}.ts`)
const others = ['lowering', 'samples'].map((name) => `src/${name}.ts`)

// The entries share their code: two copies of an op would be two different ops. The lowering rules are a table that bundlers keep
// with its file, so they are in another file.
export default build({
  entry: [...together, ...others],
  splitting: true,
  esbuildPlugins: [inOneFile(together, others)],
})
