import { type Contestant, roster } from './roster.ts'
import { webgpuRoster } from './webgpu-roster.ts'

/** What a run is about. */
export interface Mode {
  /** Whom to choose from. */
  readonly roster: readonly Contestant[]
  /** Whose time is 1 in the tables. */
  readonly base: string
  /** The file of the sizes, and that of the figures. */
  readonly shapes: string
  readonly json: string
  /** The name of the marks between which the tables go into a Markdown file. */
  readonly marks: string
  /** Whether the start and the size of programs are measured as well. */
  readonly programs?: boolean
  /** Whether calls of WebGPU are counted and no time is taken. */
  readonly counts?: boolean
}

/** How the names of those end who run in a page. */
export const inChromium = '@chromium'

/** Those who compute on the processor. */
export const onProcessor: Mode = {
  roster,
  base: 'gradus-wasm',
  shapes: 'shapes.json',
  json: 'results/latest.json',
  marks: 'results',
  programs: true,
}

/** Those who compute on a GPU, or on a driver without one. */
export const onWebGpu: Mode = {
  roster: webgpuRoster,
  base: 'gradus-webgpu',
  shapes: 'webgpu.shapes.json',
  json: 'results/webgpu.json',
  marks: 'webgpu',
}

/** What they ask of WebGPU; Chromium would only say the same once more. */
export const countingCalls: Mode = {
  roster: webgpuRoster.filter(({ id }) => id.endsWith('-webgpu')),
  base: 'gradus-webgpu',
  shapes: 'shapes.json',
  json: 'results/counts.json',
  marks: 'counts',
  counts: true,
}
