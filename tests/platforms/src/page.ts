// Runs in a page, by itself: what a script does while it is evaluated from outside is not under the page's security policy.

import { webgpu } from '@gradus/backend-webgpu'
import { backendChecks, type Outcome, programChecks, runChecks } from '@gradus/testing/checks'
import { auto, type Backend, Dense, Sequential, useBackend, wasm } from 'gradus'
import { variants } from '../../../packages/backend-wasm/src/testing/variants.ts'
import { gpuDTypes } from '../../../packages/backend-webgpu/src/testing/dtypes.ts'

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
  if (variant === 'webgpu') {
    const backend = await webgpu()
    const options = { dtypes: gpuDTypes, tolerance: { float32: 1e-4, float32Gradient: 5e-4 } }
    return runChecks([...backendChecks(backend, options), ...programChecks(backend, 2)])
  }
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

/** Some seconds of work in batches that are small. */
async function train(backend: Backend | Promise<Backend>): Promise<readonly number[]> {
  await useBackend(backend)
  const model = new Sequential(
    [new Dense({ units: 64, activation: 'relu', inputShape: [32] }), new Dense({ units: 1 })],
    { seed: 1 },
  )
  model.compile({ optimizer: 'adam', loss: 'mse' })
  const count = 2048
  const data = Float32Array.from({ length: 32 * count }, (_, i) => Math.sin(i * i))
  const targets = Float32Array.from({ length: count }, (_, i) => data[32 * i]! * data[32 * i + 1]!)
  const { history } = await model.fit(
    { data, shape: [count, 32], dtype: 'float32' },
    { data: targets, shape: [count, 1], dtype: 'float32' },
    { batchSize: 16, epochs: 20, verbose: 0 },
  )
  return history.loss!
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
