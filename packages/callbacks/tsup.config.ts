import { build } from '../../tsup.base.ts'

// Not in parts: `format` is a few functions, which a copy in the main entry costs less than loading another file.
export default build({ entry: ['src/index.ts', 'src/format.ts'], platform: 'node' })
