// A contestant: Gradus on one backend. Arguments: the backend's name and its number of threads.
import { serve } from '../../shared/serve.ts'
import { open } from './contestant.ts'

const [name = 'cpu', threads = '1'] = process.argv.slice(2)

await serve(() => open(name, Number(threads)))
