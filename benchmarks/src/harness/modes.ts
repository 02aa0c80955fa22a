import { type Contestant, roster } from './roster.ts'
import { webgpuRoster } from './webgpu-roster.ts'

/** A kind of run: its contestants and files. */
export interface Mode {
  /** The contestants of such runs. */
  readonly roster: readonly Contestant[]
  /** The contestant that has 1 in the column of ratios. */
  readonly base: string
  /** The file of the sizes, and that of the figures. */
  readonly shapes: string
  readonly json: string
  /** The name of the marks between which the tables go into a Markdown file. */
  readonly marks: string
  /** Whether start-up time and size of code are measured as well. */
  readonly startUpAndSize?: boolean
  /** Whether calls of WebGPU are counted, instead of times. */
  readonly counts?: boolean
}

/** The end of the names of contestants that run in a page. */
export const inChromium = '@chromium'

/** Contestants that compute on the processor. */
export const onProcessor: Mode = {
  roster,
  base: 'gradus-wasm',
  shapes: 'shapes.json',
  json: 'results/latest.json',
  marks: 'results',
  startUpAndSize: true,
}

/** Contestants on WebGPU, on a GPU or on a software driver. */
export const onWebGpu: Mode = {
  roster: webgpuRoster,
  base: 'gradus-webgpu',
  shapes: 'webgpu.shapes.json',
  json: 'results/webgpu.json',
  marks: 'webgpu',
}

/** Counts of WebGPU calls, in Node only, because they are the same in Chromium. */
export const countingCalls: Mode = {
  roster: webgpuRoster.filter(({ id }) => id.endsWith('-webgpu')),
  base: 'gradus-webgpu',
  shapes: 'shapes.json',
  json: 'results/counts.json',
  marks: 'counts',
  counts: true,
}
