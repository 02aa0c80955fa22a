import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { builtCommand, startCommand } from '../testing/bundle.ts'
import { type Sandbox, small, smallSandbox } from '../testing/sandbox.ts'

const built = builtCommand()
const run = 'runs/small-1'
let sandbox: Sandbox

beforeEach(() => {
  sandbox = smallSandbox()
})

afterEach(() => sandbox.remove())

const start = (...args: string[]) => startCommand(built.script, [...args, '--backend', 'cpu'], sandbox.path)
const locks = () => readdirSync(sandbox.file(run)).filter((name) => name.startsWith('lock'))
const epochs = () => sandbox.read(run, 'metrics.jsonl').trim().split('\n').length

describe('the lock of a run', { timeout: 180_000 }, () => {
  it('refuses a second process while the first runs, and ends with it', async () => {
    const first = start('train', 'config.yaml', '--epochs', '100000')
    await first.shows(/Epoch 2\//)
    expect(locks()).toEqual(['lock-1'])
    const second = await start('train', '--resume', run, '--epochs', '200000').ended
    expect(second).toMatchObject({ code: 2, out: '' })
    expect(second.err).toContain(`The run is in use by process ${first.pid} on ${hostname()} since `)
    first.kill('SIGTERM')
    expect((await first.ended).code).toBe(143)
    expect(locks()).toEqual([])
  })

  it('lets one of two racing processes continue a run that was killed', async () => {
    for (let round = 1; round <= 3; round++) {
      const first = start('train', 'config.yaml', '--epochs', '100000', '--out', `out-${round}`)
      await first.shows(/Epoch 3\//)
      first.kill('SIGKILL')
      await first.ended
      const folder = `out-${round}/small-1`
      const done = sandbox.read(folder, 'metrics.jsonl').trim().split('\n').length
      const both = [start('train', '--resume', folder), start('train', '--resume', folder)] as const
      const refused = await Promise.race(both.map(async ({ ended }, index) => ({ ...(await ended), index })))
      expect(refused).toMatchObject({ code: 2, out: '' })
      expect(refused.err).toContain('The run is in use by')
      const other = both[1 - refused.index]!
      await other.shows(new RegExp(`Epoch ${done + 3}/`))
      other.kill('SIGTERM')
      expect((await other.ended).code).toBe(143)
      const lines = sandbox.read(folder, 'metrics.jsonl').trim().split('\n')
      expect(lines.map((line) => (JSON.parse(line) as { epoch: number }).epoch)).toEqual(lines.map((_, at) => at + 1))
      expect(lines.length).toBeGreaterThan(done + 1)
    }
  })

  it.each([
    [
      'of another machine',
      { pid: 1, host: 'elsewhere', startTicks: null, since: '2026-01-01' },
      'process 1 on elsewhere',
    ],
    ['that cannot be read', 'nonsense', 'an unknown process'],
  ])('%s is respected, and the message says how to remove it', async (_, holder, by) => {
    await sandbox.run(['train', 'config.yaml'])
    const path = sandbox.file(run, 'lock-7')
    writeFileSync(path, JSON.stringify(holder))
    const { code, err } = await sandbox.run(['train', '--resume', run, '--epochs', '5'])
    expect(code).toBe(2)
    expect(err).toContain(by)
    expect(err).toContain(`rm '${path}'`)
    rmSync(path)
    expect((await sandbox.run(['train', '--resume', run, '--epochs', '5'])).code).toBe(0)
  })

  it('of a process that has ended is ignored, also where another process has its number', async () => {
    await sandbox.run(['train', 'config.yaml'])
    const ended = { pid: 2 ** 22 + 1, host: hostname(), startTicks: null, since: '2026-01-01' }
    writeFileSync(sandbox.file(run, 'lock-1'), JSON.stringify(ended))
    const reused = { ...ended, pid: process.pid, startTicks: '1' }
    if (existsSync('/proc/self/stat')) writeFileSync(sandbox.file(run, 'lock-2'), JSON.stringify(reused))
    expect(await sandbox.run(['train', '--resume', run, '--epochs', '5', '--quiet'])).toMatchObject({
      code: 0,
      err: '',
    })
    expect(locks()).toEqual([])
  })
})

describe('a run folder', { timeout: 180_000 }, () => {
  it('that is deleted during an epoch is not made again by a callback that saves models', async () => {
    const callbacks = [{ callback: 'ModelCheckpoint', filepath: 'models/{batch}.safetensors', saveFreq: 1 }]
    sandbox.write('config.yaml', { ...small, callbacks, fit: { ...small.fit, batchSize: 1 } })
    const running = start('train', 'config.yaml', '--epochs', '100000')
    await running.shows(/Epoch 2\//)
    renameSync(sandbox.file(run), sandbox.file('moved'))
    const { code, err } = await running.ended
    expect(code).toBe(7)
    expect(err).toMatch(/The run folder '.*small-1' is gone/)
    expect(readdirSync(sandbox.file('runs'))).toEqual([])
  })

  it('with the name of one that was moved belongs to another run, into which nothing is written', async () => {
    await sandbox.run(['train', 'config.yaml', '--out', 'other', '--quiet'])
    const lock = { pid: process.pid, host: hostname(), startTicks: null, since: '2026-01-01' }
    writeFileSync(sandbox.file('other/small-1/lock-1'), JSON.stringify(lock))
    const first = start('train', 'config.yaml', '--epochs', '100000')
    await first.shows(/Epoch 3\//)
    renameSync(sandbox.file(run), sandbox.file('moved'))
    renameSync(sandbox.file('other/small-1'), sandbox.file(run))
    const before = sandbox.read(run, 'results.csv')
    expect((await first.ended).code).toBe(7)
    expect(sandbox.read(run, 'results.csv')).toBe(before)
    expect(locks()).toEqual(['lock-1'])
  })

  it.each([
    ['deleted', (path: string) => rmSync(path, { recursive: true })],
    ['moved', () => {}],
  ])('that is %s during the run is not made again, and the run ends with 7', async (_, then) => {
    const running = start('train', 'config.yaml', '--epochs', '100000')
    await running.shows(/Epoch 3\//)
    renameSync(sandbox.file(run), sandbox.file('moved'))
    then(sandbox.file('moved'))
    const { code, err } = await running.ended
    expect(code).toBe(7)
    expect(err).toMatch(/The run folder '.*small-1' is gone: it or its lock was deleted or moved/)
    expect(readdirSync(sandbox.file('runs'))).toEqual([])
  })

  it('has nothing temporary after a resume, nor do the folders of new runs', async () => {
    await sandbox.run(['train', 'config.yaml'])
    const ended = 2 ** 22 + 1
    writeFileSync(sandbox.file(run, `.model-last.safetensors.${ended}-abc.tmp`), '')
    // in containers every process may have the same number
    writeFileSync(sandbox.file(run, `.model-last.safetensors.${process.pid}-abc.tmp`), '')
    mkdirSync(sandbox.file(`runs/.small@${hostname()}.${process.pid}-abc.tmp`))
    mkdirSync(sandbox.file(`runs/.small@${hostname()}.${ended}-abc.tmp`))
    mkdirSync(sandbox.file(`runs/.small@elsewhere.${ended}-abc.tmp`))
    await sandbox.run(['train', '--resume', run, '--epochs', '5'])
    await sandbox.run(['train', 'config.yaml'])
    expect(readdirSync(sandbox.file(run)).filter((name) => name.startsWith('.'))).toEqual([])
    expect(readdirSync(sandbox.file('runs'))).toEqual([`.small@elsewhere.${ended}-abc.tmp`, 'small-1', 'small-2'])
    expect(epochs()).toBe(5)
  })
})
