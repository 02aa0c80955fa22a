import { build } from '../../tsup.base.ts'

// The code for files is another entry, so that it loads with the packages that use it. The entries share nothing.
export default build({ entry: { index: 'src/index.ts', files: 'src/files/index.ts' } })
