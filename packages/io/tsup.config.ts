import { build } from '../../tsup.base.ts'

export default build({
  entry: { index: 'src/index.ts', 'model-files': 'src/formats/model-files.ts' },
  platform: 'node',
  splitting: true,
})
