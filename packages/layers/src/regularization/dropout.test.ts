import { cpu } from '@gradus/backend-cpu'
import { Rng } from '@gradus/core'
import { ones, useBackend } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { Dropout } from './dropout.ts'

await useBackend(cpu())

testLayer(Dropout, {
  config: { rate: 0.4 },
  inputShape: [3, 4],
  expectedOutputShape: [3, 4],
  expectedParams: 0,
  supportsMasking: true,
})

const scopeOf = (seed: number) => ({ params: {}, state: {}, rng: new Rng(seed), training: true, addLoss() {} })

describe('Dropout', () => {
  it('drops the given part and scales up the rest', () => {
    const values = new Dropout({ rate: 0.25 }).apply(ones([100, 100]), scopeOf(3)).dataSync()
    const dropped = values.filter((value) => value === 0).length
    // 10 000 draws: four standard deviations are 173
    expect(Math.abs(dropped - 2500)).toBeLessThan(173)
    expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / 0.75)]))
  })

  it('repeats its mask where noiseShape is 1', () => {
    const x = ones([4, 5, 6])
    const layer = new Dropout({ rate: 0.5, noiseShape: [null, 1, 6] })
    const rows = layer.apply(x, scopeOf(1)).array() as number[][][]
    for (const sample of rows) for (const row of sample) expect(row).toEqual(sample[0])
    expect(new Set(rows.map((sample) => sample[0]!.join())).size).toBeGreaterThan(1)
    expect(() => new Dropout({ rate: 0.5, noiseShape: [null, 2] }).apply(ones([4, 5]), scopeOf(1))).toThrow(
      "Dropout expects an input that 'noiseShape' [null, 2]",
    )
  })

  it('gives zeros at rate 1 and the input at rate 0', () => {
    expect(new Dropout({ rate: 1 }).apply(ones([2]), scopeOf(1)).array()).toEqual([0, 0])
    expect(new Dropout({ rate: 0 }).apply(ones([2]), scopeOf(1)).array()).toEqual([1, 1])
  })

  it('draws by the step, and by its own seed', () => {
    const draw = (seed: number | undefined, step: number) =>
      String(
        new Dropout({ rate: 0.5, ...(seed === undefined ? {} : { seed }) }).apply(ones([64]), scopeOf(step)).array(),
      )
    expect(draw(undefined, 1)).toBe(draw(undefined, 1))
    expect(draw(undefined, 1)).not.toBe(draw(undefined, 2))
    expect(draw(7, 1)).not.toBe(draw(8, 1))
    expect(draw(7, 1)).not.toBe(draw(7, 2))
  })

  it('rejects rates outside 0 to 1', () => {
    expect(() => new Dropout({ rate: 1.5 })).toThrow("Dropout: 'rate' must be a number from 0 to 1 and is 1.5.")
    expect(() => new Dropout({} as never)).toThrow("Dropout: 'rate' must be a number from 0 to 1")
    expect(() => new Dropout({ rate: 0.5, noiseShape: [0] })).toThrow(
      "'noiseShape' must be a list of positive whole numbers and nulls and is [0]",
    )
  })
})
