// Runs in a page by itself, because the page's security policy does not apply to a script that is evaluated from outside.

import { webgpu } from '@gradus/backend-webgpu'
import { backendChecks, type Outcome, programChecks, runChecks } from '@gradus/testing/checks'
import { auto, wasm } from 'gradus'
import { variants } from '../../../packages/backend-wasm/src/testing/variants.ts'
import { gpuOutcomes } from './gpu-checks.ts'
import { train } from './training.ts'

/** The results from a page. */
export interface Findings {
  readonly isolated: boolean
  /** The name of the backend that `auto` chose, and its description. */
  readonly auto: string
  readonly about: string
  /** The errors of the wasm backend when it is started without options and with two threads. */
  readonly refusals: { readonly wasm?: string; readonly twoThreads?: string }
  /** The losses of a training on the backend that `auto` chose, or on webgpu for that variant; one per epoch. */
  readonly losses: readonly number[]
  readonly outcomes: readonly Outcome[]
  /** The longest time in milliseconds in which nothing else on the page could run. */
  readonly longestBlock: number
  /** `document.visibilityState` while the page trained. */
  readonly visibility: string
}

const page = globalThis as unknown as {
  readonly crossOriginIsolated: boolean
  readonly location: { readonly search: string }
  readonly document: { readonly visibilityState: string }
}

async function findOut(variant: string | null): Promise<Findings> {
  const { name, about = '' } = auto()
  const block = watchBlocks()
  const losses = await train(variant === 'webgpu' ? webgpu() : auto())
  const longestBlock = block.end()
  const visibility = page.document.visibilityState
  return {
    isolated: page.crossOriginIsolated,
    auto: name,
    about,
    refusals: { ...refusal('wasm', () => wasm()), ...refusal('twoThreads', () => wasm({ threads: 2 })) },
    losses,
    outcomes: variant ? await checksOf(variant) : [],
    longestBlock,
    visibility,
  }
}

async function checksOf(variant: string): Promise<Outcome[]> {
  if (variant === 'webgpu') return gpuOutcomes(await webgpu())
  const backend = variants[variant]!()
  return runChecks([...backendChecks(backend), ...programChecks(backend, 4)])
}

function refusal(name: string, start: () => unknown): object {
  try {
    start()
    return {}
  } catch (error) {
    return { [name]: (error as Error).message }
  }
}

/** Measures the longest time between two runs of a repeated timer. */
function watchBlocks() {
  let [longest, last, running] = [0, performance.now(), true]
  const turn = () => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    if (running) setTimeout(turn)
  }
  turn()
  return {
    end() {
      running = false
      return longest
    },
  }
}

const result = findOut(new URLSearchParams(page.location.search).get('variant'))
Object.assign(globalThis, { findings: result.catch((error: Error) => ({ failed: error.stack ?? String(error) })) })
