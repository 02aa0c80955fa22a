// Runs in a page, by itself: what a script does while it is evaluated from outside is not under the page's security policy.

import { webgpu } from '@gradus/backend-webgpu'
import { backendChecks, type Outcome, programChecks, runChecks } from '@gradus/testing/checks'
import { auto, wasm } from 'gradus'
import { variants } from '../../../packages/backend-wasm/src/testing/variants.ts'
import { gpuOutcomes } from './gpu-checks.ts'
import { train } from './training.ts'

/** What a page found out. */
export interface Findings {
  readonly isolated: boolean
  /** What `auto` took, and on what it runs. */
  readonly auto: string
  readonly about: string
  /** Why the wasm backend does not start, or does not start with two threads. */
  readonly refusals: { readonly wasm?: string; readonly twoThreads?: string }
  /** The losses of a model that was trained on what `auto` took, or on the GPU where that is what is checked. */
  readonly losses: readonly number[]
  readonly outcomes: readonly Outcome[]
  /** Milliseconds for which nothing else on the page could run, at most. */
  readonly longestBlock: number
}

const page = globalThis as unknown as {
  readonly crossOriginIsolated: boolean
  readonly location: { readonly search: string }
}

async function findOut(variant: string | null): Promise<Findings> {
  const { name, about = '' } = auto()
  const block = watchBlocks()
  const losses = await train(variant === 'webgpu' ? webgpu() : auto())
  const longestBlock = block.end()
  return {
    isolated: page.crossOriginIsolated,
    auto: name,
    about,
    refusals: { ...refusal('wasm', () => wasm()), ...refusal('twoThreads', () => wasm({ threads: 2 })) },
    losses,
    outcomes: variant ? await checksOf(variant) : [],
    longestBlock,
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

/** Asks again and again for its turn, as anything else on the page would. */
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
