import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { small, smallSandbox } from '../testing/sandbox.ts'

const sandbox = smallSandbox()

beforeAll(async () => {
  sandbox.write('config.yaml', { ...small, data: { ...small.data, test: 'test.csv' } })
  await sandbox.run(['train', 'config.yaml', '--quiet'])
})

afterAll(() => sandbox.remove())

describe('evaluate without a file', () => {
  const evaluation = () => (sandbox.json('runs/small-1/evaluation.json') as { figures: object }).figures

  it('has the rows that the run has held out, and its figures', async () => {
    const { code, out } = await sandbox.run(['evaluate', 'runs/small-1', '--json'])
    expect({ code, result: JSON.parse(out) as object }).toMatchObject({ code: 0, result: { figures: evaluation() } })
  })

  it('finds the rows of a run folder that was moved, and says what to do where they are gone', async () => {
    mkdirSync(sandbox.file('elsewhere/deep'), { recursive: true })
    renameSync(sandbox.file('runs/small-1'), sandbox.file('elsewhere/deep/moved-1'))
    const { code, out, err } = await sandbox.run(['evaluate', 'elsewhere/deep/moved-1', '--json'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toMatchObject({ samples: 20 })
    rmSync(sandbox.file('test.csv'))
    const gone = await sandbox.run(['evaluate', 'elsewhere/deep/moved-1'])
    expect(gone.code).toBe(3)
    expect(gone.err).toMatch(
      /test\.csv' cannot be read: it does not exist\..* Give a file of rows: gradus evaluate elsewhere\/deep\/moved-1 FILE\n$/,
    )
  })
})
