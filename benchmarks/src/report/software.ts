import type { ContestantInfo } from '../harness/results.ts'

/** Whether WebGPU ran on a software driver. Its times say nothing about a GPU. */
export const onSoftware = (contestants: readonly ContestantInfo[]) =>
  contestants.some(({ runtime = '' }) => /swiftshader|llvmpipe/i.test(runtime))
