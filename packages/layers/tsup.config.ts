import { build, inOneFile } from '../../tsup.base.ts'

const entries = {
  index: 'src/index.ts',
  activations: 'src/activations/index.ts',
  constraints: 'src/constraints/index.ts',
  initializers: 'src/initializers/all.ts',
  regularizers: 'src/regularizers/index.ts',
}

// The entries share their classes: two copies of one would be two different classes.
export default build({ entry: entries, splitting: true, esbuildPlugins: [inOneFile(Object.values(entries))] })
