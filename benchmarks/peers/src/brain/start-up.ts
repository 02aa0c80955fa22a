// Trains one epoch of one batch of the article's job with brain.js and ends. Argument: the workload.
import { reportStartUp } from '../../../src/shared/start-up.ts'
import { articleTask } from './article.ts'

await reportStartUp(async (spec) => {
  const rows = (array: typeof spec.x) => ({ ...array, shape: [spec.batch, ...array.shape.slice(1)] })
  const part = { ...spec, epochs: 1, samples: spec.batch, x: rows(spec.x), y: rows(spec.y) }
  await articleTask(part).run(1)
})
