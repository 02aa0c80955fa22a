import { build } from '../../tsup.base.ts'

export default build({ entry: ['src/main.ts'], platform: 'node', banner: { js: '#!/usr/bin/env node' } })
