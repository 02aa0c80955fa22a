// A contestant: onnxruntime-web on WebGPU.
import { serve } from '../../../src/shared/serve.ts'
import { contestant } from './contestant.ts'

// dawn.node 0.6 crashes on views of shared memory, which browsers take
const { prototype } = GPUQueue
const { writeBuffer } = prototype
prototype.writeBuffer = function (buffer, offset, data, ...range) {
  return writeBuffer.call(this, buffer, offset, data.buffer instanceof ArrayBuffer ? data : data.slice(), ...range)
}

await serve(contestant)
