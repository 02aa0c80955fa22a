// A contestant in a page: jax-js on WebGPU.
import { servePage } from '../../../src/shared/serve-page.ts'
import { open } from './contestant.ts'

servePage(() => open('webgpu'))
