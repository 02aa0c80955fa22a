import { build } from '../../tsup.base.ts'
import manifest from './package.json' with { type: 'json' }

// The main entry, and one for the definitions of each kind.
const entries = Object.values(manifest.exports).map((entry) => entry['@gradus/source'])

export default build({ entry: entries })
