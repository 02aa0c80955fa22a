import { cpu } from '@gradus/backend-cpu'
import { Rng, statelessCall } from '@gradus/core'
import { ones, type Tensor, useBackend } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { Dropout, type DropoutConfig } from './dropout.ts'

await useBackend(cpu())

testLayer(Dropout, {
  config: { rate: 0.4 },
  inputShape: [3, 4],
  expectedOutputShape: [3, 4],
  expectedParams: 0,
  supportsMasking: true,
})

/** The output of the layer in training. */
const drop = (config: DropoutConfig, x: Tensor, seed = 1) =>
  statelessCall(new Dropout(config), { params: {}, state: {} }, x, { rng: new Rng(seed), training: true })
    .outputs as Tensor

describe('Dropout', () => {
  it('drops the given fraction and scales the rest', () => {
    const values = drop({ rate: 0.25 }, ones([100, 100]), 3).dataSync()
    const dropped = values.filter((value) => value === 0).length
    // 10 000 draws: four standard deviations are 173
    expect(Math.abs(dropped - 2500)).toBeLessThan(173)
    expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / 0.75)]))
  })

  it('repeats its mask where noiseShape is 1', () => {
    const x = ones([4, 5, 6])
    const rows = drop({ rate: 0.5, noiseShape: [null, 1, 6] }, x).array() as number[][][]
    for (const sample of rows) for (const row of sample) expect(row).toEqual(sample[0])
    expect(new Set(rows.map((sample) => sample[0]!.join())).size).toBeGreaterThan(1)
    expect(() => drop({ rate: 0.5, noiseShape: [null, 2] }, ones([4, 5]))).toThrow(
      "Dropout expects an input that 'noiseShape' [null, 2]",
    )
  })

  it('gives zeros at rate 1 and the input at rate 0', () => {
    expect(drop({ rate: 1 }, ones([2])).array()).toEqual([0, 0])
    expect(drop({ rate: 0 }, ones([2])).array()).toEqual([1, 1])
  })

  it('draws different masks for different steps and seeds', () => {
    const draw = (seed: number | undefined, step: number) =>
      String(drop({ rate: 0.5, ...(seed === undefined ? {} : { seed }) }, ones([64]), step).array())
    expect(draw(undefined, 1)).toBe(draw(undefined, 1))
    expect(draw(undefined, 1)).not.toBe(draw(undefined, 2))
    expect(draw(7, 1)).not.toBe(draw(8, 1))
    expect(draw(7, 1)).not.toBe(draw(7, 2))
  })

  it('refuses invalid options', () => {
    expect(() => new Dropout({ rate: 1.5 })).toThrow("Dropout: 'rate' must be a number from 0 to 1 and is 1.5.")
    expect(() => new Dropout({} as never)).toThrow("Dropout needs the option 'rate', a number from 0 to 1")
    expect(() => new Dropout({ rate: 0.5, noiseShape: [0] })).toThrow(
      "'noiseShape' must be a list of positive whole numbers and nulls and is [0]",
    )
  })
})
