import { build } from '../../tsup.base.ts'

// The entries share their chunks: two copies of an op would be two different ops. A call of a function in another chunk is
// dropped from a bundle only if the call itself is marked as pure.
export default build({
  entry: ['index', 'internals', 'lowering', 'numeric', 'ops', 'samples'].map((name) => `src/${name}.ts`),
  splitting: true,
})
