import { build } from '../../tsup.base.ts'

// The samples share their ops with the main entry: two copies would be two different ops.
export default build({ entry: ['src/index.ts', 'src/samples.ts'], splitting: true })
