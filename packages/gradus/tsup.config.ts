import { build } from '../../tsup.base.ts'
import manifest from './package.json' with { type: 'json' }

// The main entry, and one for the definitions of each kind.
const entries = Object.values(manifest.exports).map((entry) => entry['@gradus/source'])

/**
 * Keeps the imports of `ops.ts` and of the main entry, which are entries, too: a copy of the namespace of `ops` in the main entry would
 * load every function of tensors, and a copy of the main entry would have classes that are not the same.
 */
const importsEntries = {
  name: 'imports-entries',
  setup({
    onResolve,
  }: {
    onResolve(filter: { filter: RegExp }, resolve: (args: { path: string }) => object | undefined): void
  }) {
    onResolve({ filter: /^\.\/(ops|index)\.ts$/ }, ({ path }) => ({ path: path.replace('.ts', '.js'), external: true }))
  },
}

export default build({ entry: entries, esbuildPlugins: [importsEntries] })
