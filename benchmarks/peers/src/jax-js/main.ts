// A contestant: jax-js. Arguments: the backend's name and its number of threads.
import { serve } from '../../../src/shared/serve.ts'
import { installWebWorkers } from './web-workers.ts'

const [device = 'wasm', threads = '1'] = process.argv.slice(2)
// before jax-js is loaded; Node has none, so that jax-js uses one thread there
if (Number(threads) > 1) installWebWorkers(Number(threads))
const { open } = await import('./contestant.ts')
await serve(() => open(device))
