// A contestant: jax-js on its wasm backend. Argument: the number of threads.
import { installWebWorkers } from './web-workers.ts'

const threads = Number(process.argv[2])
if (threads > 1) installWebWorkers(threads) // before jax-js is loaded; Node has none, so that jax-js uses one thread there
const { contest } = await import('./contestant.ts')
await contest()
