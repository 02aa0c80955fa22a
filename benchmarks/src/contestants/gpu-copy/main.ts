// A contestant: copies in the memory of the GPU, in Node.
import { serve } from '../../shared/serve.ts'
import { open } from './contestant.ts'

await serve(open)
