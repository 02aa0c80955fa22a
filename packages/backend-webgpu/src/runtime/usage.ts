/** What buffers are used for, as WebGPU numbers it; the global constants of that name do not exist everywhere. */
export const usage = { mapRead: 0x01, copySrc: 0x04, copyDst: 0x08, uniform: 0x40, storage: 0x80 }

export const mapModeRead = 1
export const shaderStageCompute = 4
