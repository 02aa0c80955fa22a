import { build } from '../../tsup.base.ts'

// The two entries share their code.
export default build({ entry: ['src/index.ts', 'src/internals.ts'], splitting: true })
