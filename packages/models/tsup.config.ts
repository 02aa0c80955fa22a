import { build } from '../../tsup.base.ts'

// Files are an entry of their own; like what explains a failure, they are loaded when they are needed.
export default build({ entry: ['src/index.ts', 'src/files.ts'], splitting: true })
