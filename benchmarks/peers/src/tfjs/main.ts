// A contestant: TensorFlow.js. Arguments: the backend's name and its number of threads.
import { serve } from '../../../src/shared/serve.ts'
import { startBackend } from './backend.ts'
import { contestantOn } from './contestant.ts'

const [backend = 'cpu', threads = '1'] = process.argv.slice(2)

await serve(async () => {
  await startBackend(backend, Number(threads))
  return contestantOn(backend)
})
