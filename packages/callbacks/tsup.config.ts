import { build } from '../../tsup.base.ts'

// The progress logger is an entry of its own, so that `fit` can load it only when it prints.
export default build({ platform: 'node', entry: ['src/index.ts', 'src/progress-logger.ts'], splitting: true })
