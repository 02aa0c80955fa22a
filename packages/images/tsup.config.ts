import { build } from '../../tsup.base.ts'

export default build({
  entry: { index: 'src/index.ts', internals: 'src/internals.ts', thread: 'src/tasks/platform-thread.ts' },
  platform: 'node',
  splitting: true,
})
