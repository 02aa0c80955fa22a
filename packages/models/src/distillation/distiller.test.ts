import { cpu } from '@gradus/backend-cpu'
import type { Loss } from '@gradus/core'
import { Dense } from '@gradus/layers'
import { CategoricalCrossentropy, MeanAbsoluteError, SparseCategoricalCrossentropy } from '@gradus/losses'
import { SGD } from '@gradus/optimizers'
import { useBackend } from '@gradus/tensor'
import { beforeEach, describe, expect, it } from 'vitest'
import { Sequential } from '../model/sequential.ts'
import { FeatureDistillation, LogitsDistillation } from './distillation-loss.ts'
import { Distiller, type DistillerConfig } from './distiller.ts'

beforeEach(() => useBackend(cpu()))

const x = Array.from({ length: 8 }, (_, row) => [0, 1, 2].map((column) => Math.cos(3 * row + column)))
const y = [0, 1, 1, 0, 1, 0, 0, 1]

function model(factor: number): Sequential {
  const made = new Sequential([
    new Dense({ units: 4, activation: 'tanh', name: 'features', inputShape: [3] }),
    new Dense({ units: 2, name: 'logits' }),
  ])
  let count = 0
  for (const weight of made.build().weights) {
    const values = Array.from({ length: weight.value.size }, () => Math.sin(factor * count++) / 2)
    weight.assign(shaped(values, weight.shape))
  }
  return made
}

function shaped(values: readonly number[], [rows, columns]: readonly number[]): number[] | number[][] {
  if (columns === undefined) return [...values]
  return Array.from({ length: rows! }, (_, row) => values.slice(row * columns, (row + 1) * columns))
}

function distiller(options: Omit<DistillerConfig, 'teacher' | 'student'>): Distiller {
  const made = new Distiller({ teacher: model(0.7), student: model(1.3), ...options })
  const loss = new SparseCategoricalCrossentropy({ fromLogits: true })
  made.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss })
  return made
}

const quiet = { verbose: 0, batchSize: 8, shuffle: false } as const
const features = new FeatureDistillation({ teacherLayerName: 'features', studentLayerName: 'features' })
const fromLogits = new CategoricalCrossentropy({ fromLogits: true })

// Figures of three epochs and of evaluate, and the sums of the student's weights, in Keras 3.15. Its losses by name take the
// logits for probabilities there, so the loss of the first two was given as `KLDivergence()`.
const recorded: readonly [
  name: string,
  options: { distillationLosses: Loss | Loss[]; distillationLossWeights?: number[]; studentLossWeight?: number },
  distillationLoss: number[],
  studentLoss: number[],
  loss: number[],
  sums: number[],
][] = [
  [
    'logits',
    { distillationLosses: new LogitsDistillation({ temperature: 2 }) },
    [0.0115122162, 0.0107572302, 0.010068614, 0.0094399182],
    [0.7107265592, 0.7094818354, 0.7083309293, 0.7072659731],
    [0.3611193895, 0.3601195216, 0.3591997623, 0.3583529592],
    [0.6418598294, -0.4039134085, -0.1573331952, 0.3348089159],
  ],
  [
    'logits and features',
    {
      distillationLosses: [new LogitsDistillation(), features],
      distillationLossWeights: [1, 0.5],
      studentLossWeight: 0.3,
    },
    [0.1792921275, 0.1742087901, 0.169313997, 0.1645973176],
    [0.7107265592, 0.7095187902, 0.7084195018, 0.7074182034],
    [0.3387224674, 0.3348017931, 0.3310456574, 0.3274435997],
    [0.6491385698, -0.4062062204, -0.1573331952, 0.3348089159],
  ],
  [
    'logits by another loss',
    { distillationLosses: new LogitsDistillation({ loss: fromLogits }) },
    [-0.3166448474, -0.3165055811, -0.3163704872, -0.316239357],
    [0.7107265592, 0.7100292444, 0.7093604207, 0.7087188959],
    [0.1970408559, 0.1967618316, 0.1964949667, 0.1962397695],
    [0.6323613524, -0.4062883556, -0.1573331952, 0.3348089457],
  ],
  [
    'outputs without targets',
    { distillationLosses: new FeatureDistillation({ loss: new MeanAbsoluteError() }), studentLossWeight: 0 },
    [0.8064330816, 0.7176226377, 0.6280521154, 0.5372668505],
    [],
    [0.8064330816, 0.7176226377, 0.6280521154, 0.5372668505],
    [0.616319001, -0.3791444004, -0.0902995765, 0.0348089039],
  ],
]

describe('a distiller', () => {
  it.each(recorded)('has the figures of Keras: %s', async (_, options, distillationLoss, studentLoss, loss, sums) => {
    const made = distiller(options)
    const teacher = await made.teacher.getWeights()
    const { history } = await made.fit(x, y, { ...quiet, epochs: 3 })
    const figures = await made.evaluate(x, y, { verbose: 0 })
    const close = (key: string, expected: number[]) =>
      [...history[key]!, figures[key]!].forEach((value, index) => {
        if (expected.length > 0) expect(value).toBeCloseTo(expected[index]!, 6)
      })
    close('distillation_loss', distillationLoss)
    close('student_loss', studentLoss)
    close('loss', loss)
    close('total_loss', loss)
    made.student.weights.forEach(({ value }, index) => {
      const sum = [value.array()].flat(2).reduce<number>((a, b) => a + Number(b), 0)
      expect(sum).toBeCloseTo(sums[index]!, 5)
    })
    expect(await made.teacher.getWeights()).toEqual(teacher)
  })

  it('predicts as its student', async () => {
    const made = distiller({ distillationLosses: features })
    await made.fit(x, y, quiet)
    const predicted = (await made.predict(x)).array()
    expect(predicted).toEqual((await made.student.predict(x)).array())
  })

  it('refuses weights and names that do not fit', () => {
    expect(() => distiller({ distillationLosses: [features], distillationLossWeights: [1, 2] })).toThrow(
      'Distiller: there are 2 distillationLossWeights for 1 distillationLosses. Give one for each.',
    )
    const unknown = new FeatureDistillation({ teacherLayerName: 'fetures' })
    expect(() => distiller({ distillationLosses: unknown })).toThrow(/fetures/)
    const made = new Distiller({ teacher: model(1), student: model(2), distillationLosses: features })
    expect(() => made.compile({ optimizer: new SGD() })).toThrow('compile needs the loss of the student')
  })
})
