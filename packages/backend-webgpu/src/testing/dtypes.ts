/** The dtypes of the backend. */
export const gpuDTypes = ['float16', 'float32', 'int32', 'uint32', 'bool'] as const
