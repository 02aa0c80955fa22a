import { expect, it } from 'vitest'
import { denoFindings } from './src/deno.ts'

// GRADUS_DENO names the program, VK_DRIVER_FILES the graphics driver that it needs.
const deno = process.env.GRADUS_DENO
const condition = deno ? '' : ' (skipped: GRADUS_DENO does not name a Deno)'

it.skipIf(!deno)(
  `WebGPU in Deno, another implementation, trains and passes all checks${condition}`,
  async () => {
    const { losses, outcomes } = await denoFindings(deno!)
    expect(losses).toHaveLength(20)
    expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!)
    expect(outcomes.filter(({ status }) => status === 'failed')).toEqual([])
    expect(outcomes.filter(({ status }) => status === 'passed').length).toBeGreaterThan(350)
  },
  600_000,
)
