// Runs in Deno, which has another implementation of WebGPU and another compiler of WGSL than Chromium and Node.

import { webgpu } from '@gradus/backend-webgpu'
import type { Outcome } from '@gradus/testing/checks'
import { gpuOutcomes } from './gpu-checks.ts'
import { train } from './training.ts'

/** The results from Deno, written to the standard output as JSON. */
export interface DenoFindings {
  /** The adapter of the backend. */
  readonly about: string
  /** The losses of a training, one per epoch. */
  readonly losses: readonly number[]
  readonly outcomes: readonly Outcome[]
}

const backend = await webgpu()
const losses = await train(backend)
const findings: DenoFindings = { about: backend.about!, losses, outcomes: await gpuOutcomes(backend) }
console.log(JSON.stringify(findings))
