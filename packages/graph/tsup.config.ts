import { build } from '../../tsup.base.ts'

// The two entries share the planner and the functions of numbers.
export default build({ entry: { index: 'src/index.ts', kernels: 'src/kernels/index.ts' }, splitting: true })
