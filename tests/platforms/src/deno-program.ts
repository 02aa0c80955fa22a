// Runs in Deno, whose WebGPU is another implementation than that of Chromium and Node, with another compiler of WGSL.

import { webgpu } from '@gradus/backend-webgpu'
import type { Outcome } from '@gradus/testing/checks'
import { gpuOutcomes } from './gpu-checks.ts'
import { train } from './training.ts'

/** What Deno found out, written to the standard output as JSON. */
export interface DenoFindings {
  /** On what the backend runs. */
  readonly about: string
  /** The losses of a model that was trained there. */
  readonly losses: readonly number[]
  readonly outcomes: readonly Outcome[]
}

const backend = await webgpu()
const losses = await train(backend)
const findings: DenoFindings = { about: backend.about!, losses, outcomes: await gpuOutcomes(backend) }
console.log(JSON.stringify(findings))
