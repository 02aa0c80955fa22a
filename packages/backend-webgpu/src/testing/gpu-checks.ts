/** Options of the conformance checks for this backend: it has no float64, and computes `exp` and the like with fewer digits. */
export const gpuChecks = {
  dtypes: ['float16', 'float32', 'int32', 'uint32', 'bool'],
  tolerance: { float32: 1e-4, float32Gradient: 5e-4 },
} as const
