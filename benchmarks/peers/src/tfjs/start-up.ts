// Trains one step of the article's job with TensorFlow.js and ends. Arguments: backend, threads, workload.
import { reportStartUp } from '../../../src/shared/start-up.ts'
import { startBackend } from './backend.ts'
import { articleTask } from './tasks.ts'

const [backend = 'cpu', threads] = process.argv.slice(2)

await reportStartUp(async (spec) => {
  await startBackend(backend, Number(threads))
  const { batch } = spec
  const part = { ...spec, epochs: 1, samples: batch }
  const rows = (array: typeof spec.x) => ({ ...array, shape: [batch, ...array.shape.slice(1)] })
  await articleTask({ ...part, x: rows(spec.x), y: rows(spec.y) }, backend).run(1)
})
