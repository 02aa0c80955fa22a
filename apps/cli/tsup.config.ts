import { build } from '../../tsup.base.ts'

export default build({ platform: 'node', banner: { js: '#!/usr/bin/env node' } })
