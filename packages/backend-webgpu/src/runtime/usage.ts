/** The usage flags of buffers in WebGPU. Not every platform has the global constants. */
export const usage = { mapRead: 0x01, copySrc: 0x04, copyDst: 0x08, uniform: 0x40, storage: 0x80 }

export const mapModeRead = 1
export const shaderStageCompute = 4
