// A contestant: brain.js, which trains dense networks with one activation and the mean squared error, sample by sample.
import { type Contestant, NotSupported } from '../../../src/shared/contestant.ts'
import { serve } from '../../../src/shared/serve.ts'
import type { WorkloadSpec } from '../../../src/shared/spec.ts'
import { versionOf } from '../version.ts'
import { articleTask } from './article.ts'

await serve(
  (): Contestant => ({
    version: `brain.js ${versionOf('brain.js')}`,
    prepare(spec: WorkloadSpec) {
      if (spec.kind !== 'article') throw new NotSupported('has dense networks with one activation only')
      return articleTask(spec)
    },
  }),
)
