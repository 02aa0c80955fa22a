// A contestant in a page: TensorFlow.js on WebGPU.
import { servePage } from '../../../src/shared/serve-page.ts'
import { contestantOn } from './contestant.ts'
import { startWebGpu } from './webgpu.ts'

servePage(async () => {
  await startWebGpu()
  return contestantOn('webgpu')
})
