import { build } from '../../tsup.base.ts'

// The entries share their classes: two copies of one would be two different classes.
export default build({ entry: { index: 'src/index.ts', schedules: 'src/schedules/index.ts' }, splitting: true })
