import { build } from '../../tsup.base.ts'

// The main entry, and one for the definitions of each kind.
export default build({ entry: ['src/*.ts', '!src/*.test.ts', '!src/*.test-d.ts'] })
