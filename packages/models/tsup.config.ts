import { build } from '../../tsup.base.ts'

// in parts, because quantization is loaded when it is first needed
export default build({ splitting: true })
