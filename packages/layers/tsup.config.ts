import { build } from '../../tsup.base.ts'

// The entries share their classes: two copies of one would be two different classes.
export default build({
  entry: {
    index: 'src/index.ts',
    activations: 'src/activations/index.ts',
    constraints: 'src/constraints/index.ts',
    initializers: 'src/initializers/all.ts',
    regularizers: 'src/regularizers/index.ts',
  },
  splitting: true,
})
