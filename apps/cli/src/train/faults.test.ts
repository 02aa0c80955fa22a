import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { relative } from 'node:path'
import { decodeSafetensors } from 'gradus/io'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleCommand, startCommand } from '../testing/bundle.ts'
import { Sandbox, small, steps } from '../testing/sandbox.ts'

// Kills a run at its file operations, or lets one of them fail as on a full disk; resumes it, does so again, resumes it, and
// compares it with a run without faults. GRADUS_FAULTS=all takes every operation, and kills at 60 random moments; otherwise some.

const all = process.env.GRADUS_FAULTS === 'all'
const faultAt = new URL('../testing/fault-at.mjs', import.meta.url).href
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
function faultSandbox(): Sandbox {
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
    checkpoint: { every: 3 },
    fit: { batchSize: 8, epochs: 9, verbose: 2 },
  })
  return sandbox
}

const run = 'runs/small-1'

/** What happens to a process: it is killed, or an operation fails with a code; at a file operation, from 1, or after a time. */
interface Fault {
  readonly code?: 'ENOSPC'
  readonly operation?: number
  readonly milliseconds?: number
}

/** Trains, or continues the run if it has begun. */
async function train(sandbox: Sandbox, { code, operation = 0, milliseconds }: Fault = {}) {
  const begun = existsSync(sandbox.file(run))
  const env = {
    GRADUS_FAULT: code ?? '',
    GRADUS_FAULT_AT: String(operation),
    GRADUS_FAULT_COUNT: sandbox.file('count'),
  }
  const args = begun ? ['train', '--resume', run] : ['train', 'config.yaml']
  const running = startCommand(script, args, sandbox.path, { node: ['--import', faultAt], env })
  const timer = milliseconds !== undefined && setTimeout(() => running.kill('SIGKILL'), milliseconds)
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

/** A run without faults. */
async function wholeRun() {
  const sandbox = faultSandbox()
  const startedAt = performance.now()
  expect(await train(sandbox)).toMatchObject({ code: 0, err: '' })
  const milliseconds = performance.now() - startedAt
  const expected = results(sandbox)
  expect(Object.keys(expected)).toEqual(
    expect.arrayContaining([`${run}/evaluation.json`, `${run}/logs/log.csv`, `${run}/models/2.safetensors`]),
  )
  const operations = Number(sandbox.read('count'))
  expect(operations).toBeGreaterThan(100)
  return { expected, operations, milliseconds }
}

/** Runs with two faults, which must end as the run without faults. */
async function faultyRun(faults: readonly Fault[], expected: Record<string, unknown>): Promise<void> {
  const sandbox = faultSandbox()
  for (const [index, fault] of faults.entries()) {
    const { code, signal, err } = await train(sandbox, fault)
    if (fault.code && code !== 0 && code !== 2)
      expect({ code, err }, JSON.stringify(fault)).toEqual({
        code: 7,
        err: expect.stringMatching(/can(not)? be (written|created|removed)/),
      })
    else if (fault.operation && !fault.code && index === 0) expect(signal).toBe('SIGKILL')
  }
  const last = await train(sandbox)
  const about = `${JSON.stringify(faults)}: ${last.err}`
  // the run may have ended before a fault
  expect(last.code === 0 || (last.code === 2 && /has 3 of 9 epochs/.test(last.err)), about).toBe(true)
  expect(sandbox.read(run, 'env.json'), about).toContain('finishedAt')
  expect(results(sandbox), about).toEqual(expected)
  sandbox.remove()
}

describe('a run ends as if nothing had happened, without a damaged file,', { timeout: 3_600_000 }, () => {
  it.each([
    ['when it is killed at a file operation', undefined],
    ['when a file operation fails', 'ENOSPC'],
  ] as const)('%s', async (_, code) => {
    const { expected, operations, milliseconds } = await wholeRun()
    const stride = all ? 1 : Math.ceil(operations / 6)
    const faults = Array.from({ length: Math.floor(operations / stride) }, (_, index): readonly Fault[] => {
      const operation = (index + 1) * stride
      return [
        { code, operation },
        { code, operation: 1 + ((operation * 29) % 61) },
      ] as readonly Fault[]
    })
    const random = () => ({ milliseconds: Math.random() * milliseconds })
    if (!code) for (let i = 0; i < (all ? 60 : 2); i++) faults.push([random(), random()])
    const total = faults.length
    const failures: unknown[] = []
    const worker = async () => {
      for (let next = faults.shift(); next; next = faults.shift()) {
        await faultyRun(next, expected).catch((error: unknown) => failures.push(error))
      }
    }
    await Promise.all(Array.from({ length: cpus().length }, worker))
    console.log(`${operations} file operations; ${total} runs with two faults, ${failures.length} wrong`)
    expect(failures).toEqual([])
  })
})
