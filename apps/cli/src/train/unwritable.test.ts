import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, openSync, readdirSync } from 'node:fs'
import { loadModel } from 'gradus'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { builtCommand, startCommand } from '../testing/bundle.ts'
import { type Sandbox, small, smallSandbox } from '../testing/sandbox.ts'

const built = builtCommand()
let sandbox: Sandbox
let mounted: string[] = []

beforeEach(() => {
  sandbox = smallSandbox()
})

afterEach(() => {
  for (const path of mounted) system('umount', '-l', path)
  mounted = []
  sandbox.remove()
})

const command = (args: string[], options = {}) =>
  startCommand(built.script, [...args, '--backend', 'cpu'], sandbox.path, options)
const train = (args: string[], options = {}) => command(['train', 'config.yaml', ...args], options)

/** Mounts a file system in memory; returns whether this process may. */
function mount(path: string, option: string): boolean {
  mkdirSync(path, { recursive: true })
  try {
    system('mount', '-t', 'tmpfs', '-o', option, 'tmpfs', path)
  } catch {
    return false
  }
  mounted.push(path)
  return true
}

/** Changes a mounted file system. It cannot become read-only while a file is open for writing. */
async function remount(path: string, option: string): Promise<void> {
  for (let left = 1000; ; left--) {
    try {
      return system('mount', '-o', `remount,${option}`, path)
    } catch (error) {
      if (left === 0) throw error
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
}

function system(program: 'mount' | 'umount', ...args: string[]): void {
  execFileSync(program, args, { stdio: 'ignore' })
}

const losses = (folder: string) =>
  sandbox
    .read(folder, 'metrics.jsonl')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { loss: number }).loss)

describe.skipIf(process.platform === 'win32')('output that nobody reads', { timeout: 180_000 }, () => {
  it.each([[[]], [['--jsonl']], [['--json']]])('does not end the run (%s)', async (flags) => {
    const running = train(['--epochs', '30', ...flags])
    if (flags.length === 0) await running.shows(/Epoch 2\//)
    running.closeOut()
    expect((await running.ended).code).toBe(0)
    expect(losses('runs/small-1')).toHaveLength(30)
    expect(sandbox.json('runs/small-1/env.json')).toHaveProperty('finishedAt')
  })
})

describe.skipIf(!existsSync('/dev/full'))('output that cannot be written', { timeout: 180_000 }, () => {
  it.each([
    ['stdout', 'the log', []],
    ['stderr', 'the log', ['--jsonl']],
    ['stdout', 'the events', ['--jsonl', '--quiet']],
  ] as const)('on %s, which has %s, ends with 7, and the run can be resumed', async (stream, _, flags) => {
    const full = openSync('/dev/full', 'w')
    const { code, err } = await train([...flags], stream === 'stdout' ? { out: full } : { err: full }).ended
    expect(code).toBe(7)
    if (stream === 'stdout')
      expect(err).toMatch(/Error: stdout cannot be written: .*continue it with: .*--resume runs\/small-1/s)
    expect((await command(['train', '--resume', 'runs/small-1']).ended).code).toBe(0)
    await train(['--quiet']).ended
    expect(losses('runs/small-1')).toEqual(losses('runs/small-2'))
  })

  it('of other commands ends with 7 as well', async () => {
    const { code, err } = await command(['config', 'print', 'config.yaml'], { out: openSync('/dev/full', 'w') }).ended
    expect(code).toBe(7)
    expect(err).toMatch(/stdout cannot be written/)
  })
})

describe.skipIf(process.platform !== 'linux')('a disk', { timeout: 180_000 }, () => {
  const config = {
    ...small,
    // files of 10 KB, one for each epoch
    model: { ...small.model, layers: [{ layer: 'Dense', units: 200, activation: 'tanh' }, ...small.model.layers] },
    callbacks: [
      { callback: 'CSVLogger', filename: 'log.csv' },
      { callback: 'ModelCheckpoint', filepath: 'models/{epoch}.safetensors' },
    ],
  }

  it('that is full ends a run with 7 and the name of the file; it goes on where there is space', async (context) => {
    if (!mount(sandbox.file('runs'), 'size=300k')) return context.skip()
    sandbox.write('config.yaml', config)
    const { code, err } = await train(['--epochs', '40']).ended
    expect(code).toBe(7)
    expect(err).toMatch(/Error: The file '.*\/runs\/small-1\/.*' cannot be written: /)
    expect(readdirSync(sandbox.file('runs/small-1')).filter((name) => /^\.|^lock/.test(name))).toEqual([])
    for (const name of readdirSync(sandbox.file('runs/small-1/models')))
      await loadModel(sandbox.file('runs/small-1/models', name))
    const rows = sandbox.read('runs/small-1/log.csv')
    expect(rows.endsWith('\r\n')).toBe(true)
    await remount(sandbox.file('runs'), 'size=8m')
    expect(await command(['train', '--resume', 'runs/small-1', '--quiet']).ended).toMatchObject({ code: 0, err: '' })
    await train(['--epochs', '40', '--quiet', '--out', 'other']).ended
    expect(losses('runs/small-1')).toEqual(losses('other/small-1'))
    expect(sandbox.read('runs/small-1/log.csv')).toBe(sandbox.read('other/small-1/log.csv'))
  })

  it('that is full has no run folder where the run cannot begin', async (context) => {
    if (!mount(sandbox.file('runs'), 'size=4k')) return context.skip()
    const { code, err } = await train([]).ended
    expect(code).toBe(7)
    expect(err).toMatch(/No run folder can be created in '.*runs': The file '.*' cannot be written/)
    expect(readdirSync(sandbox.file('runs'))).toEqual([])
  })

  it('that becomes read-only ends a run with 7; the run goes on where the disk can be written again', async (context) => {
    if (!mount(sandbox.file('runs'), 'size=8m')) return context.skip()
    sandbox.write('config.yaml', { ...config, checkpoint: { every: 3 }, fit: { ...config.fit, epochs: 400 } })
    const running = train([])
    await running.shows(/Epoch 3\//)
    await remount(sandbox.file('runs'), 'ro')
    const { code, err } = await running.ended
    expect(code).toBe(7)
    expect(err).toMatch(/^Error: The file '.*' cannot be written: /)
    await remount(sandbox.file('runs'), 'rw')
    // the lock could not be removed, and is that of a process that has ended
    expect(readdirSync(sandbox.file('runs/small-1'))).toContain('lock-1')
    const begun = losses('runs/small-1').length
    expect(begun).toBeGreaterThan(1)
    const resumed = command(['train', '--resume', 'runs/small-1', '--epochs', String(begun + 3), '--quiet'])
    expect(await resumed.ended).toMatchObject({ code: 0, err: '' })
    await train(['--epochs', String(begun + 3), '--quiet', '--out', 'other']).ended
    expect(losses('runs/small-1')).toEqual(losses('other/small-1'))
  })

  it('that is read-only refuses new runs and resumed ones, with 7', async (context) => {
    if (!mount(sandbox.file('runs'), 'size=1m')) return context.skip()
    await train(['--quiet']).ended
    await remount(sandbox.file('runs'), 'ro')
    const started = await train([]).ended
    expect(started).toMatchObject({ code: 7, out: '' })
    expect(started.err).toMatch(/No run folder can be created in '.*runs'/)
    const resumed = await command(['train', '--resume', 'runs/small-1', '--epochs', '9']).ended
    expect(resumed).toMatchObject({ code: 7, out: '' })
    expect(resumed.err).toMatch(/The file '.*small-1\/lock-1' cannot be written: /)
    await remount(sandbox.file('runs'), 'rw')
    expect((await command(['train', '--resume', 'runs/small-1', '--epochs', '9']).ended).code).toBe(0)
  })
})

it.skipIf(process.platform !== 'linux')('a place that has no folders ends with 7', async () => {
  const { code, err } = await command(['train', 'config.yaml', '--out', '/proc/runs/here']).ended
  expect({ code, err }).toEqual({
    code: 7,
    err: expect.stringContaining("No run folder can be created in '/proc/runs/here': ENOENT"),
  })
})

it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
  'a folder without permission ends with 7',
  async () => {
    mkdirSync(sandbox.file('runs'))
    chmodSync(sandbox.file('runs'), 0o500)
    expect((await train([]).ended).code).toBe(7)
  },
)
