// Trains one step of the article's job with jax-js and ends. Arguments: backend, threads, workload.
import { reportStartUp } from '../../../src/shared/start-up.ts'
import { installWebWorkers } from './web-workers.ts'

const [device = 'wasm', threads] = process.argv.slice(2)
if (Number(threads) > 1) installWebWorkers(Number(threads))
const { open } = await import('./contestant.ts')

await reportStartUp(async (spec) => {
  const { prepare } = await open(device)
  const task = await prepare({ ...spec, epochs: 1, samples: spec.batch })
  await task.run(1)
})
