import type { ContestantInfo } from '../harness/results.ts'

/** Whether WebGPU was computed by a driver without a GPU, whose times say nothing of a GPU. */
export const onSoftware = (contestants: readonly ContestantInfo[]) =>
  contestants.some(({ runtime = '' }) => /swiftshader|llvmpipe/i.test(runtime))
