import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Sandbox, small, smallSandbox } from '../testing/sandbox.ts'

let sandbox: Sandbox

beforeEach(() => {
  sandbox = smallSandbox()
})

afterEach(() => sandbox.remove())

/** The commands that a command prints to try next, without `gradus`. */
async function nextOf(...args: string[]): Promise<string[]> {
  const { code, out } = await sandbox.run(args)
  expect(code).toBe(0)
  return [...out.slice(out.indexOf('\nTry next')).matchAll(/^ {2}gradus (.*)$/gm)].map(([, command]) => command!)
}

it('prints commands that work as they are', async () => {
  const printed = await nextOf('train', 'config.yaml', '--epochs', '1')
  expect(printed).toEqual([
    'predict runs/small-1 train.csv',
    'evaluate runs/small-1 train.csv',
    'train --resume runs/small-1 --epochs 2',
    'train runs/small-1/config.json --set optimizer.learningRate=0.2',
    'train config.yaml --seed 4',
  ])
  for (const command of printed) expect((await sandbox.run(command.split(' '))).code).toBe(0)
})

it('names files from the folder, after --resume too, and quotes those with spaces', async () => {
  sandbox.write('my rows.csv', sandbox.read('train.csv'))
  await nextOf('train', 'my rows.csv', '--target', 'y', '--epochs', '2', '--set', 'name=own')
  const printed = await nextOf('train', '--resume', 'runs/own-1', '--epochs', '3')
  expect(printed[0]).toBe("predict runs/own-1 'my rows.csv'")
  expect(printed.at(-1)).toMatch(/^train runs\/own-1\/config\.json --seed \d+$/)
})

it('changes the initial learning rate of a schedule, which ends at 0', async () => {
  const learningRate = { schedule: 'CosineDecay', initialLearningRate: 0.01, decaySteps: 8 }
  sandbox.write('config.yaml', { ...small, optimizer: { optimizer: 'Adam', learningRate } })
  const printed = await nextOf('train', 'config.yaml', '--epochs', '1')
  const rate = 'optimizer.learningRate.initialLearningRate=0.03'
  expect(printed[3]).toBe(`train runs/small-1/config.json --set ${rate}`)
  expect((await sandbox.run(printed[3]!.split(' '))).code).toBe(0)
  const piecewise = { schedule: 'PiecewiseConstantDecay', boundaries: [1], values: [0.1, 0.01] }
  sandbox.write('config.yaml', { ...small, optimizer: { optimizer: 'Adam', learningRate: piecewise } })
  expect((await nextOf('train', 'config.yaml', '--epochs', '1')).join()).not.toContain('learningRate')
})
