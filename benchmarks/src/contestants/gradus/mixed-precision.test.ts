import { fileURLToPath } from 'node:url'
import {
  Adam,
  BatchNormalization,
  Conv2D,
  type CsvColumn,
  Dense,
  type DTypePolicy,
  Flatten,
  type HostArray,
  MaxPooling2D,
  Reshape,
  readCsv,
  Sequential,
  useBackend,
  useDTypePolicy,
} from 'gradus'
import { afterEach, describe, expect, it } from 'vitest'
import { startAll } from '../../../../tests/backends.ts'

const folder = fileURLToPath(new URL('../../../../examples/digits/', import.meta.url))

const pixels = Array.from({ length: 64 }, (_, pixel) => `p${pixel}`)
const columns: Record<string, CsvColumn> = {
  ...Object.fromEntries(pixels.map((name) => [name, 'number'])),
  digit: 'integer',
}

async function digits(file: string) {
  const table = await readCsv(folder + file, { columns })
  return { x: table.matrix(pixels), y: table.columns.digit as HostArray }
}

const [train, test] = [await digits('train.csv'), await digits('test.csv')]

afterEach(() => useDTypePolicy('float32'))

async function trained(policy: DTypePolicy) {
  useDTypePolicy(policy)
  const model = new Sequential(
    [
      new Reshape({ targetShape: [8, 8, 1] }),
      new BatchNormalization(),
      new Conv2D({ filters: 8, kernelSize: 3, activation: 'relu' }),
      new MaxPooling2D(),
      new Flatten(),
      new Dense({ units: 10, activation: 'softmax' }),
    ],
    { seed: 1 },
  )
  model.compile({
    optimizer: new Adam({ learningRate: 0.01 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  })
  await model.fit(train.x, train.y, { epochs: 4, batchSize: 64, verbose: 0 })
  const { accuracy } = await model.evaluate(test.x, test.y, { verbose: 0 })
  const variables = (await model.getWeights()).map(({ dtype }) => dtype)
  return { accuracy: accuracy!, outputs: (await model.predict(test.x)).dtype, variables }
}

describe.each(await startAll())('digits in mixedFloat16 on $name', ({ backend }) => {
  it.skipIf(backend === undefined)(
    'are learned as well as in float32',
    async () => {
      await useBackend(backend!)
      const [wide, mixed] = [await trained('float32'), await trained('mixedFloat16')]
      expect(wide.accuracy).toBeGreaterThan(0.88)
      expect(mixed.accuracy).toBeGreaterThan(wide.accuracy - 0.02)
      expect(mixed.outputs).toBe('float16')
      expect(new Set(mixed.variables)).toEqual(new Set(['float32']))
    },
    300_000,
  )
})
