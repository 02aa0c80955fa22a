import { build } from '../../tsup.base.ts'
import manifest from './package.json' with { type: 'json' }

// The main entry, and one for the definitions of each kind.
const entries = Object.values(manifest.exports).map((entry) => entry['@gradus/source'])

/** Keeps the import of `ops.ts`, an entry too: a copy of its namespace in the main entry would load every function of tensors. */
const importsOps = {
  name: 'imports-ops',
  setup({
    onResolve,
  }: {
    onResolve(filter: { filter: RegExp }, resolve: (args: { kind: string }) => object | undefined): void
  }) {
    onResolve({ filter: /^\.\/ops\.ts$/ }, () => ({ path: './ops.js', external: true }))
  },
}

export default build({ entry: entries, esbuildPlugins: [importsOps] })
