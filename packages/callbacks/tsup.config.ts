import { build } from '../../tsup.base.ts'

// What \`fit\` uses are entries of their own: it records always, and loads the progress logger only when it prints.
const entry = ['src/index.ts', 'src/history.ts', 'src/progress-logger.ts']

export default build({ platform: 'node', entry, splitting: true })
