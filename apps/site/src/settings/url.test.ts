import { describe, expect, it } from 'vitest'
import { presets } from './presets.ts'
import { defaults, type Settings } from './settings.ts'
import { fromFragment, toFragment } from './url.ts'

describe('addresses', () => {
  it('leave out defaults', () => {
    expect(toFragment(defaults)).toBe('')
    expect(fromFragment('')).toEqual(defaults)
    expect(toFragment({ ...defaults, seed: 3, layers: [{ units: 2, activation: 'tanh' }] })).toBe(
      'layers=2:tanh&seed=3',
    )
  })

  it.each(presets.map(({ name, settings }) => [name, settings] as const))(
    'restore the settings of %s',
    (_, settings) => {
      expect(fromFragment(`#${toFragment(settings)}`)).toEqual(settings)
    },
  )

  it('restore own points, and a network without hidden layers', () => {
    const settings: Settings = {
      ...defaults,
      data: 'own',
      layers: [],
      points: [
        [-1.5, 0.25, 1],
        [2, -3, 0],
      ],
    }
    expect(fromFragment(toFragment(settings))).toEqual(settings)
  })

  it.each([
    ['data=houses&optimizer=LBFGS&backend=cuda'],
    ['rate=&batch=x&noise=&seed=NaN'],
    ['rate=%20&batch=+&seed=%09'],
    ['points=9:9:0,1:1:7,1,::1,%20:1:0'],
  ])('give the defaults for invalid values: %s', (fragment) => {
    expect(fromFragment(fragment)).toEqual(defaults)
  })

  it('keep numbers within their limits', () => {
    expect(fromFragment('rate=-1&batch=1000&train=2&layers=99:relu,0:relu,3:cos')).toMatchObject({
      learningRate: 0.00001,
      batchSize: 64,
      trainShare: 0.9,
      layers: [{ units: 12, activation: 'relu' }],
    })
  })
})
