// A contestant in a page: copies in the memory of the GPU.
import { servePage } from '../../shared/serve-page.ts'
import { open } from './contestant.ts'

servePage(open)
