// A contestant in a page: Gradus on WebGPU.
import { servePage } from '../../shared/serve-page.ts'
import { open } from './contestant.ts'

servePage(() => open('webgpu', 1))
