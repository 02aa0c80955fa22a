import * as gradus from 'gradus'
import { describe, expect, it, vi } from 'vitest'
import { makeProblem } from '../problems/problem.ts'
import type { Report } from '../worker/protocol.ts'
import { TrainingService } from '../worker/service.ts'
import { defaults, type Settings } from './settings.ts'
import { toTypeScript } from './typescript.ts'

/** Runs a program without its types and imports, and returns its logs. */
async function run(program: string): Promise<unknown[][]> {
  const log = vi.fn()
  const names = /import \{ (.*) \} from 'gradus'/.exec(program)![1]!
  const script = program
    .replace(/^import .*$/gm, '')
    .replaceAll(/: (number\[\]|string)\[\]/g, '')
    .replaceAll('!', '')
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: string[]
  ) => (...values: unknown[]) => Promise<void>
  await new AsyncFunction('gradus', 'console', `const { ${names} } = gradus\n${script}`)(gradus, { log })
  return log.mock.calls
}

describe('toTypeScript', () => {
  it.each<[string, Partial<Settings>]>([
    ['Adam', { data: 'circles' }],
    ['Momentum', { data: 'moons', optimizer: 'Momentum', learningRate: 0.1 }],
    ['SGD', { data: 'curve', optimizer: 'SGD', batchSize: 7 }],
    ['digits', { data: 'digits', noise: 0.1, batchSize: 64 }],
    [
      'no test samples',
      {
        data: 'own',
        points: [
          [0, 0, 0],
          [1, 1, 1],
        ],
        trainShare: 0.9,
      },
    ],
  ])('is a program that logs the figures of the page: %s', async (_, changes) => {
    const settings: Settings = { ...defaults, backend: 'cpu', layers: [{ units: 4, activation: 'tanh' }], ...changes }
    const service = new TrainingService()
    await service.open(settings)
    const reports: Report[] = []
    for (let epoch = 1; epoch <= 3; epoch++) reports.push(await service.advance('epoch'))
    const logged = (await run(toTypeScript(settings, await makeProblem(settings), 3))) as [
      number | string,
      { loss: number; accuracy?: number },
    ][]
    reports.forEach(({ train }, index) => {
      const [epoch, { loss, accuracy }] = logged[index]!
      expect(epoch).toBe(index + 1)
      expect(loss).toBeCloseTo(train.loss, 5)
      if (train.accuracy !== undefined) expect(accuracy).toBeCloseTo(train.accuracy, 5)
    })
    const { test } = reports.at(-1)!
    expect(logged.slice(3).map(([name]) => name)).toEqual(Number.isNaN(test.loss) ? [] : ['test'])
    if (logged[3]) expect(logged[3][1].loss).toBeCloseTo(test.loss, 5)
  })

  it('imports the backend webgpu', async () => {
    const settings: Settings = { ...defaults, backend: 'webgpu' }
    const program = toTypeScript(settings, await makeProblem(settings))
    expect(program).toContain("import { webgpu } from '@gradus/backend-webgpu'")
    expect(program).toContain('await useBackend(webgpu())')
  })
})
