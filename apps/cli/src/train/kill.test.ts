import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { relative } from 'node:path'
import { decodeSafetensors } from 'gradus/io'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bundleCommand, startCommand } from '../testing/bundle.ts'
import { Sandbox, small, steps } from '../testing/sandbox.ts'

// Kills a run at its file operations, resumes it, kills it again, resumes it, and compares it with a run that was not killed.
// GRADUS_KILLS=all kills at every operation; otherwise at some of them.

const killAt = new URL('../testing/kill-at.mjs', import.meta.url).href
const built = new Sandbox()
const sandboxes: Sandbox[] = [built]
let script: string

beforeAll(async () => {
  script = await bundleCommand(built.path)
})

afterAll(() => {
  for (const sandbox of sandboxes) sandbox.remove()
})

/** A run with moving averages, checkpoints and a log, as far as possible. */
function killSandbox(): Sandbox {
  const sandbox = new Sandbox()
  sandboxes.push(sandbox)
  sandbox.write('train.csv', steps(32))
  sandbox.write('config.yaml', {
    ...small,
    backend: 'cpu',
    data: { ...small.data, test: 'train.csv' },
    optimizer: { optimizer: 'Adam', learningRate: 0.05, useEma: true },
    callbacks: [
      { callback: 'CSVLogger', filename: 'logs/log.csv', append: true },
      { callback: 'ModelCheckpoint', filepath: 'models/{epoch}.safetensors' },
      {
        callback: 'EarlyStopping',
        monitor: 'loss',
        patience: 0,
        minDelta: 10,
        startFromEpoch: 1,
        restoreBestWeights: true,
      },
    ],
    fit: { batchSize: 16, epochs: 9, verbose: 2 },
  })
  return sandbox
}

const run = 'runs/small-1'

/** Runs the command, which is killed at a file operation; 0 for none. */
function start(sandbox: Sandbox, args: readonly string[], operation: number) {
  const env = { GRADUS_KILL_AT: String(operation), GRADUS_KILL_COUNT: sandbox.file('count') }
  return startCommand(script, args, sandbox.path, { node: ['--import', killAt], env }).ended
}

/** Trains, or continues the run if it has begun. */
function train(sandbox: Sandbox, operation: number) {
  const begun = existsSync(sandbox.file(run))
  return start(sandbox, begun ? ['train', '--resume', run] : ['train', 'config.yaml'], operation)
}

/** All files of the runs without times. Model files are their tensors. */
function results(sandbox: Sandbox): Record<string, unknown> {
  const entries = readdirSync(sandbox.file('runs'), { recursive: true, withFileTypes: true })
  return Object.fromEntries(
    entries.map((entry) => {
      const path = `${entry.parentPath}/${entry.name}`
      return [relative(sandbox.path, path), entry.isFile() ? contents(path, sandbox.path) : 'a folder']
    }),
  )
}

function contents(path: string, root: string): unknown {
  const bytes = readFileSync(path)
  if (path.endsWith('.safetensors')) {
    const hex = (data: NodeJS.TypedArray) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex')
    return decodeSafetensors(bytes).tensors.map(({ name, data }) => [name, hex(data as NodeJS.TypedArray)])
  }
  const text = bytes.toString().replaceAll(root, '')
  if (path.endsWith('results.csv')) return text.replace(/,\d+$/gm, '')
  return text.replace(/"milliseconds":\d+/g, '').replace(/("(startedAt|finishedAt)": )"[^"]*"/g, '$1')
}

it('a run that is killed at any file operation is not damaged, and ends as if it had not been killed', async () => {
  const whole = killSandbox()
  expect(await train(whole, 0)).toMatchObject({ code: 0, err: '' })
  const expected = results(whole)
  expect(Object.keys(expected)).toEqual(
    expect.arrayContaining([`${run}/evaluation.json`, `${run}/logs/log.csv`, `${run}/models/2.safetensors`]),
  )
  const count = Number(whole.read('count'))
  expect(count).toBeGreaterThan(100)
  const stride = process.env.GRADUS_KILLS === 'all' ? 1 : Math.ceil(count / 9)
  const operations = Array.from({ length: Math.floor(count / stride) }, (_, index) => (index + 1) * stride)

  const killed = async (operation: number) => {
    const sandbox = killSandbox()
    expect(await train(sandbox, operation), `operation ${operation}`).toMatchObject({ signal: 'SIGKILL' })
    const second = 1 + ((operation * 29) % 61)
    await train(sandbox, second)
    const last = await train(sandbox, 0)
    const about = `killed at operations ${operation} and ${second}: ${last.err}`
    const concluded = /finishedAt/.test(sandbox.read(run, 'env.json'))
    // the run may have ended before the kill
    expect(last.code === 0 || (last.code === 2 && /has 3 of 9 epochs/.test(last.err)), about).toBe(true)
    expect(concluded, about).toBe(true)
    expect(results(sandbox), about).toEqual(expected)
    sandbox.remove()
  }
  const queue = [...operations]
  const failures: unknown[] = []
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await killed(next).catch((error: unknown) => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: cpus().length }, worker))
  expect(failures, `${failures.length} of ${operations.length} kills`).toEqual([])
}, 3_600_000)
