// Trains one step of the article's job with jax-js and ends. Arguments: threads, workload.
import { installWebWorkers } from './web-workers.ts'

const threads = Number(process.argv[2])
if (threads > 1) installWebWorkers(threads)
const { start } = await import('./contestant.ts')
await start()
