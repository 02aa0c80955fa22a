import { build } from '../../tsup.base.ts'

// What reads and writes files, and what explains a failure, is loaded when it is needed.
export default build({ splitting: true })
