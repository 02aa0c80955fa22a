import { build } from '../../tsup.base.ts'

// The entries share the ops with the main one: two copies of an op would be two different ops. Without tree-shaking
// `lowering`, which imports the main entry, shares its chunks, and no call is separated from its pure function.
export default build({
  entry: ['index', 'internals', 'lowering', 'numeric', 'ops', 'samples'].map((name) => `src/${name}.ts`),
  splitting: true,
  esbuildOptions(options) {
    options.treeShaking = false
  },
})
