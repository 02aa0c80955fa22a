import { build } from '../../tsup.base.ts'

// The two entries share their code: a check made by one must be a check for the other.
export default build({ platform: 'node', entry: ['src/index.ts', 'src/checks.ts'], splitting: true })
