import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { relative } from 'node:path'
import { decodeSafetensors } from 'gradus/io'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bundleCommand, startCommand } from '../testing/bundle.ts'
import { Sandbox, small, steps } from '../testing/sandbox.ts'

// Kills a run at its file operations, resumes it, kills it again, resumes it, and compares it with a run that was not killed.
// GRADUS_KILLS=all kills at every operation, and at 60 random moments; otherwise at some of them.

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

/** When a process is killed: at a file operation, from 1, or after a time. */
type Kill = { readonly operation: number } | { readonly milliseconds: number }

/** Trains, or continues the run if it has begun. */
async function train(sandbox: Sandbox, kill?: Kill): ReturnType<typeof startCommand>['ended'] {
  const begun = existsSync(sandbox.file(run))
  const operation = kill && 'operation' in kill ? kill.operation : 0
  const env = { GRADUS_KILL_AT: String(operation), GRADUS_KILL_COUNT: sandbox.file('count') }
  const node = ['--import', killAt]
  const args = begun ? ['train', '--resume', run] : ['train', 'config.yaml']
  const running = startCommand(script, args, sandbox.path, { node, env })
  const timer = kill && 'milliseconds' in kill && setTimeout(() => running.kill('SIGKILL'), kill.milliseconds)
  const outcome = await running.ended
  if (timer) clearTimeout(timer)
  return outcome
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

it('a run that is killed at any moment is not damaged, and ends as if it had not been killed', async () => {
  const whole = killSandbox()
  const startedAt = performance.now()
  expect(await train(whole)).toMatchObject({ code: 0, err: '' })
  const duration = performance.now() - startedAt
  const expected = results(whole)
  expect(Object.keys(expected)).toEqual(
    expect.arrayContaining([`${run}/evaluation.json`, `${run}/logs/log.csv`, `${run}/models/2.safetensors`]),
  )
  const count = Number(whole.read('count'))
  expect(count).toBeGreaterThan(100)

  const killed = async (first: Kill, second: Kill) => {
    const sandbox = killSandbox()
    const { signal } = await train(sandbox, first)
    if ('operation' in first) expect(signal).toBe('SIGKILL')
    await train(sandbox, second)
    const last = await train(sandbox)
    const about = `killed at ${JSON.stringify([first, second])}: ${last.err}`
    // the run may have ended before the kill
    expect(last.code === 0 || (last.code === 2 && /has 3 of 9 epochs/.test(last.err)), about).toBe(true)
    expect(sandbox.read(run, 'env.json'), about).toContain('finishedAt')
    expect(results(sandbox), about).toEqual(expected)
    sandbox.remove()
  }
  const all = process.env.GRADUS_KILLS === 'all'
  const stride = all ? 1 : Math.ceil(count / 8)
  const atOperations = Array.from({ length: Math.floor(count / stride) }, (_, index) => {
    const operation = (index + 1) * stride
    return [{ operation }, { operation: 1 + ((operation * 29) % 61) }] as const
  })
  const random = () => ({ milliseconds: Math.random() * duration })
  const atMoments = Array.from({ length: all ? 60 : 2 }, () => [random(), random()] as const)

  const queue: (readonly [Kill, Kill])[] = [...atOperations, ...atMoments]
  const failures: unknown[] = []
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      await killed(...next).catch((error: unknown) => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: cpus().length }, worker))
  const total = atOperations.length + atMoments.length
  console.log(`${count} file operations; ${total} runs killed twice, ${failures.length} unequal`)
  expect(failures).toEqual([])
}, 3_600_000)
