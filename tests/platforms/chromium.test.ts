import { accessSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Findings } from './src/page.ts'
import { Pages } from './src/pages.ts'

// GRADUS_CHROMIUM names the browser. The default is the path of Debian's package.
const executable = process.env.GRADUS_CHROMIUM ?? '/usr/bin/chromium'

let pages: Pages
beforeAll(async () => {
  accessSync(executable)
  pages = await Pages.open(executable)
}, 60_000)
afterAll(() => pages?.close())

/** Fails if a check failed, or if fewer than `atLeast` passed. */
function expectAllPassed({ outcomes }: Findings, atLeast = 400): void {
  expect(outcomes.filter(({ status }) => status === 'failed')).toEqual([])
  expect(outcomes.filter(({ status }) => status === 'passed').length).toBeGreaterThan(atLeast)
}

function expectTrained({ losses, longestBlock }: Findings): void {
  expect(losses).toHaveLength(20)
  expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!)
  expect(longestBlock).toBeLessThan(1000)
}

describe('a page that is cross-origin isolated', () => {
  it('trains with threads', async () => {
    const found = await pages.findings('isolated')
    expect(found).toMatchObject({ isolated: true, auto: 'wasm', refusals: {} })
    expect(found.about).toMatch(/relaxed SIMD, [2-9] threads/)
    expectTrained(found)
  })

  it.each(['one thread', 'two threads that share everything', 'no relaxed SIMD', 'no SIMD'])(
    'passes all checks with %s',
    async (variant) => expectAllPassed(await pages.findings('isolated', variant)),
    300_000,
  )
})

describe('a page in the background', () => {
  it.each(['isolated', 'plain'] as const)('trains as one in front: %s', async (kind) => {
    const [front, hidden] = [await pages.findings(kind), await pages.findings(kind, undefined, true)]
    expect([front.visibility, hidden.visibility]).toEqual(['visible', 'hidden'])
    expect(hidden.losses).toEqual(front.losses)
  })
})

describe('a page that is not cross-origin isolated', () => {
  it('trains with one thread, and says why there are no more', async () => {
    const found = await pages.findings('plain')
    expect(found).toMatchObject({ isolated: false, auto: 'wasm' })
    expect(found.about).toMatch(/, 1 thread$/)
    expect(found.refusals.wasm).toBeUndefined()
    expect(found.refusals.twoThreads).toMatch(/cross-origin isolated/)
    expectTrained(found)
  })

  it.each(['one thread', 'no relaxed SIMD'])(
    'passes all checks with %s',
    async (variant) => expectAllPassed(await pages.findings('plain', variant)),
    300_000,
  )
})

describe('a page with a content security policy', () => {
  it('that forbids WebAssembly trains on cpu, and the wasm backend names the source that it needs', async () => {
    const found = await pages.findings('strict')
    expect(found.auto).toBe('cpu')
    expect(found.refusals.wasm).toMatch(/'wasm-unsafe-eval'.*useBackend\(cpu\(\)\)/)
    expect(found.losses).toHaveLength(20)
  })

  it("that has 'wasm-unsafe-eval' trains on wasm", async () => {
    const found = await pages.findings('permitting')
    expect(found).toMatchObject({ auto: 'wasm' })
    expectTrained(found)
  })
})

describe('a page with WebGPU', () => {
  it('trains on it and passes all checks', async () => {
    const found = await pages.findings('plain', 'webgpu')
    expect(found.losses.at(-1)).toBeLessThan(0.5 * found.losses[0]!)
    expectAllPassed(found, 350)
  }, 600_000)
})
