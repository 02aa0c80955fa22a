import fc from 'fast-check'
import { halfWidth } from '../../../../apps/site/src/problems/generators.ts'
import { presets } from '../../../../apps/site/src/settings/presets.ts'
import { dataNames, defaults, limits, optimizers, type Settings } from '../../../../apps/site/src/settings/settings.ts'
import { fromFragment, toFragment } from '../../../../apps/site/src/settings/url.ts'
import { TrainingService } from '../../../../apps/site/src/worker/service.ts'
import { hostile, jsonOf } from '../hostile.ts'
import { loader } from '../loader.ts'
import { mutatedText } from '../mutate-bytes.ts'

const own: Settings = {
  ...defaults,
  data: 'own',
  noise: 0.25,
  trainShare: 0.5,
  seed: 7,
  points: [
    [-1.5, 0.25, 1],
    [2, -3, 0],
    [0, 1e-7, 1],
  ],
}
const good = [own, ...presets.map(({ settings }) => settings)].map((settings) => `#${toFragment(settings)}`)

const keys = ['data', 'layers', 'optimizer', 'rate', 'batch', 'noise', 'train', 'seed', 'backend', 'points']
const odd = [
  ' ',
  '%20',
  '%',
  '%ff',
  '+1',
  '0x10',
  '1e999',
  '-0',
  '1_0',
  '3:relu,',
  ':relu',
  '1:2:1',
  '::1',
  ' : :0',
  '٣',
]

const pairs = fc.array(
  fc
    .tuple(fc.constantFrom(...keys, '__proto__', ''), fc.oneof(fc.constantFrom(...odd), hostile.map(jsonOf)))
    .map((pair) => pair.join('=')),
  { minLength: 1, maxLength: 4 },
)

export const addresses = loader({
  name: 'addresses of the demo page',
  covers: ['fromFragment'],
  refuses: false,
  cases: fc.oneof(
    mutatedText(good),
    pairs.map((texts) => `#${texts.join('&')}`),
  ),
  async read(fragment) {
    const settings = fromFragment(fragment)
    requireValid(settings)
    const again = fromFragment(toFragment(settings))
    const expected = settings.data === 'own' ? settings : { ...settings, points: [] }
    if (JSON.stringify(again) !== JSON.stringify(expected))
      throw new Error(`the address of ${JSON.stringify(settings)}`)
    if (settings.data !== 'own' || settings.points.length > 0)
      await new TrainingService().open({ ...settings, backend: 'cpu' })
  },
})

/** Throws where settings are beyond their limits. */
function requireValid(settings: Settings): void {
  const between = (value: number, [low, high]: readonly [number, number]) => value >= low && value <= high
  const whole = (value: number, high: number) => Number.isInteger(value) && between(value, [1, high])
  const valid =
    dataNames.includes(settings.data) &&
    optimizers.includes(settings.optimizer) &&
    between(settings.learningRate, limits.learningRate) &&
    between(settings.noise, [0, 1]) &&
    between(settings.trainShare, limits.trainShare) &&
    whole(settings.batchSize, limits.batchSize) &&
    whole(settings.seed + 1, 2 ** 31) &&
    settings.layers.length <= limits.layers &&
    settings.layers.every(({ units }) => whole(units, limits.units)) &&
    settings.points.length <= limits.points &&
    settings.points.every(([x, y]) => Math.abs(x) <= halfWidth && Math.abs(y) <= halfWidth)
  if (!valid) throw new Error(`settings beyond their limits: ${JSON.stringify(settings)}`)
}
