import { type ChildProcess, fork } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { cpus } from 'node:os'
import { relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { decodeSafetensors } from 'gradus/io'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle, bundleCommand, startCommand } from '../testing/bundle.ts'
import type { Job, JobEnd } from '../testing/fault-runner.ts'
import { Sandbox, small, steps } from '../testing/sandbox.ts'

// Runs that save within epochs are killed at their file operations, or an operation fails as on a full disk; they are resumed, hit
// again, resumed, and compared with a run without faults. A kill leaves the files as they are before the operation, so one process
// copies them at every operation, and another one resumes all copies. That these copies are right is tested with real kills.
// GRADUS_FAULTS=all takes every operation, and kills at 60 random moments; otherwise some.

const all = process.env.GRADUS_FAULTS === 'all'
const kinds = (['command', 'arrays', 'dataset'] as const).flatMap((program) =>
  ['cpu', 'wasm'].map((backend) => ({ program, backend })),
)
type Kind = (typeof kinds)[number]

const built = new Sandbox()
const sandboxes: Sandbox[] = [built]
let [script, runner, killAt] = ['', '', '']
const workers: ChildProcess[] = []
const idle: ChildProcess[] = []

beforeAll(async () => {
  script = await bundleCommand(built.path)
  runner = await bundle('testing/fault-runner.ts', built.file('dist/fault-runner.mjs'))
  killAt = pathToFileURL(await bundle('testing/file-operations.ts', built.file('dist/kill-at.mjs'))).href
  for (let i = 0; i < cpus().length; i++) workers.push(fork(runner))
  idle.push(...workers)
}, 120_000)

afterAll(() => {
  for (const worker of workers) worker.kill()
  for (const sandbox of sandboxes) sandbox.remove()
}, 120_000)

const config = {
  ...small,
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
}

/** A folder for a run, with what another one has left in its `runs` or `copies`. */
function faultSandbox(from?: string): Sandbox {
  const sandbox = new Sandbox()
  sandboxes.push(sandbox)
  sandbox.write('train.csv', steps(32))
  sandbox.write('config.yaml', config)
  if (from) cpSync(from, sandbox.file('runs'), { recursive: true })
  return sandbox
}

/** Runs jobs on all processors. */
async function onAll<T>(items: readonly T[], run: (item: T, job: (job: Job) => Promise<JobEnd>) => Promise<void>) {
  const left = [...items]
  const failures: unknown[] = []
  const work = async (worker: ChildProcess) => {
    const start = (job: Job) =>
      new Promise<JobEnd>((resolve, reject) => {
        if (worker.exitCode !== null) reject(new Error(`The runner has ended with ${worker.exitCode}.`))
        worker.once('message', (end) => resolve(end as JobEnd))
        worker.once('exit', (code) => reject(new Error(`The runner ended with ${code}.`)))
        worker.send(job)
      }).finally(() => worker.removeAllListeners())
    for (let item = left.shift(); item !== undefined; item = left.shift())
      await run(item, start).catch((error: unknown) => failures.push(error))
  }
  await Promise.all(idle.map(work))
  return failures
}

/** A real process, which is killed at a file operation or after a time. */
async function kill({ program, backend }: Kind, sandbox: Sandbox, at: { operation?: number; milliseconds?: number }) {
  const { operation, milliseconds } = at
  const isCommand = program === 'command'
  const job: Job = { program, backend, cwd: sandbox.path, ...(operation && { at: operation, fault: 'kill' }) }
  const args = isCommand ? ['train', 'config.yaml', '--backend', backend] : [JSON.stringify(job)]
  const running = startCommand(isCommand ? script : runner, args, sandbox.path, {
    node: isCommand ? ['--import', killAt] : [],
    env: isCommand ? { GRADUS_KILL_AT: String(operation ?? 0) } : {},
  })
  const timer = milliseconds !== undefined && setTimeout(() => running.kill('SIGKILL'), milliseconds)
  const ended = await running.ended
  if (timer) clearTimeout(timer)
  return ended
}

/** All files in a folder without times. Model files are their tensors. */
function results(folder: string, program: Kind['program'], isState = false): Record<string, unknown> {
  if (!existsSync(folder)) return {}
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return Object.fromEntries(
    entries.flatMap((entry) => {
      const path = `${entry.parentPath}/${entry.name}`
      // a program does not know the temporary files of earlier ones
      if (program !== 'command' && !isState && entry.name.endsWith('.tmp')) return []
      const name = relative(folder, path).replace(/\.\d+-[a-z0-9]+\.tmp/g, '.tmp')
      return [[name, entry.isFile() ? contents(path, name) : 'a folder']]
    }),
  )
}

function contents(path: string, name: string): unknown {
  const bytes = readFileSync(path)
  if (path.endsWith('.safetensors')) {
    const hex = (data: NodeJS.TypedArray) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex')
    return decodeSafetensors(bytes).tensors.map(({ name, data }) => [name, hex(data as NodeJS.TypedArray)])
  }
  // half of a file with times, or with the number of a process
  if (name.endsWith('.tmp') || /lock-\d+$/.test(name)) return 'a file'
  const text = bytes.toString().replace(/"path": "[^"]*"/g, '')
  if (path.endsWith('results.csv')) return text.replace(/,\d+$/gm, '')
  return text.replace(/"milliseconds":\d+/g, '').replace(/("(startedAt|finishedAt)": )"[^"]*"/g, '$1')
}

const wholeRuns = new Map<Kind, ReturnType<typeof newWholeRun>>()

/** A run without faults, with the files at each operation in `copies`; one for each kind. */
function wholeRun(kind: Kind) {
  const run = wholeRuns.get(kind) ?? newWholeRun(kind)
  wholeRuns.set(kind, run)
  return run
}

async function newWholeRun(kind: Kind) {
  const sandbox = faultSandbox()
  let end: JobEnd | undefined
  const failures = await onAll([sandbox.path], async (cwd, job) => {
    end = await job({ ...kind, cwd, fault: 'copy' })
  })
  expect(failures).toEqual([])
  expect(end).toMatchObject({ code: 0, err: '' })
  const expected = results(sandbox.file('runs'), kind.program)
  const { operations, copies } = end!
  expect(operations).toBeGreaterThan(60)
  const folderOf = (copy: number) => sandbox.file('copies', String(copy))
  const numbers = Array.from({ length: operations }, (_, index) => index + 1)
  return { operations, numbers, copies, expected, folderOf }
}

/** Some of a list: about `few` of them, or with GRADUS_FAULTS=all every one, or every n-th. */
function some<T>(list: readonly T[], few: number, every = 1): T[] {
  const stride = all ? every : Math.ceil(list.length / few)
  return list.filter((_, index) => index % stride === stride - 1)
}

/** Checks a run that was resumed without a fault. */
function requireEqual(
  { code, err }: JobEnd,
  { program }: Kind,
  sandbox: Sandbox,
  expected: object,
  about: string,
): void {
  const isDone = code === 2 && /has 3 of 9 epochs/.test(err)
  expect(code === 0 || isDone, `${about}: ${code} ${err}`).toBe(true)
  expect(results(sandbox.file('runs'), program), about).toEqual(expected)
}

const second = (operation: number) => 1 + ((operation * 29) % 61)

describe.each(kinds)('a run ($program, $backend) ends as if nothing had happened,', { timeout: 3_600_000 }, (kind) => {
  const { program } = kind
  // the backends differ in the numbers, not in what they do with files
  const isReference = kind.backend === 'cpu'
  const report = (text: string, failures: readonly unknown[]) => {
    console.log(`${program} on ${kind.backend}: ${text}, ${failures.length} wrong`)
    expect(failures).toEqual([])
  }

  it('when it is killed at a file operation, twice', async () => {
    const { operations, copies, expected, folderOf } = await wholeRun(kind)
    let kills = 0
    const failures = await onAll(some(copies, 2), async (copy, job) => {
      const sandbox = faultSandbox(folderOf(copy))
      const at = second(copy)
      const resumed = await job({ ...kind, cwd: sandbox.path, at, fault: 'copy' })
      requireEqual(resumed, kind, sandbox, expected, `killed at ${copy}`)
      kills++
      for (const next of resumed.copies) {
        const again = faultSandbox(sandbox.file('copies', String(next)))
        const last = await job({ ...kind, cwd: again.path })
        requireEqual(last, kind, again, expected, `killed at ${copy}, then at ${next}`)
        kills++
        again.remove()
      }
      sandbox.remove()
    })
    report(`${operations} file operations, ${copies.length} of them with other files; ${kills} kills`, failures)
  })

  it('when a file operation fails, twice', async () => {
    const { numbers, expected } = await wholeRun(kind)
    const chosen = isReference ? some(numbers, 2) : some(numbers, 1, 4)
    const failures = await onAll(chosen, async (operation, job) => {
      const sandbox = faultSandbox()
      for (const at of [operation, second(operation)]) {
        const { code, err } = await job({ ...kind, cwd: sandbox.path, at, fault: 'ENOSPC' })
        if (code === 0 || code === 2) continue
        const message = expect.stringMatching(/can(not)? be (written|created|removed)/)
        expect({ code, err }, `failed at ${operation}`).toEqual({ code: 7, err: message })
      }
      const last = await job({ ...kind, cwd: sandbox.path })
      requireEqual(last, kind, sandbox, expected, `failed at ${operation}`)
      sandbox.remove()
    })
    report(`${chosen.length} operations failed, and one more after each`, failures)
  })

  it('when the process is killed, at a file operation or at a random moment', async () => {
    const { numbers, copies, expected, folderOf } = await wholeRun(kind)
    const whole = faultSandbox()
    const startedAt = performance.now()
    expect(await kill(kind, whole, {})).toMatchObject({ code: 0, err: '' })
    const milliseconds = performance.now() - startedAt
    expect(results(whole.file('runs'), program)).toEqual(expected)
    const operations = some(numbers, 1, kind === kinds[0] ? 1 : 8).map((operation) => ({ operation }))
    const moments = Array.from({ length: all ? 60 : 1 }, () => ({ milliseconds: Math.random() * milliseconds }))
    const kills = [...operations, ...moments]
    const failures = await onAll<{ operation?: number; milliseconds?: number }>(kills, async (at, job) => {
      const sandbox = faultSandbox()
      const { signal } = await kill(kind, sandbox, at)
      const about = JSON.stringify(at)
      if (at.operation) {
        expect(signal).toBe('SIGKILL')
        const copy = Math.max(0, ...copies.filter((number) => number <= at.operation!))
        const state = results(sandbox.file('runs'), program, true)
        expect(state, about).toEqual(copy ? results(folderOf(copy), program, true) : {})
      } else requireEqual(await job({ ...kind, cwd: sandbox.path }), kind, sandbox, expected, about)
      sandbox.remove()
    })
    report(`${operations.length} kills at operations, ${moments.length} at random moments`, failures)
  })
})

it('a run folder that is moved away at a file operation is not made again', { timeout: 3_600_000 }, async () => {
  const { numbers, expected } = await wholeRun(kinds[0]!)
  const chosen = some(numbers, 5)
  const failures = await onAll(chosen, async (at, job) => {
    const sandbox = faultSandbox()
    const { code, err } = await job({ ...kinds[0]!, cwd: sandbox.path, at, fault: 'move' })
    const moved = sandbox.file('moved')
    if (existsSync(moved)) {
      expect(readdirSync(sandbox.file('runs')), `moved at ${at}: ${err}`).toEqual([])
      const isDone = code === 0 && sandbox.read('moved/env.json').includes('finishedAt')
      if (!isDone) expect({ code, err }).toEqual({ code: 7, err: expect.stringContaining('is gone') })
      // the run goes on where it is now
      renameSync(moved, sandbox.file('runs/small-1'))
      requireEqual(await job({ ...kinds[0]!, cwd: sandbox.path }), kinds[0]!, sandbox, expected, `moved at ${at}`)
    } else expect({ code, err }).toEqual({ code: 0, err: '' })
    sandbox.remove()
  })
  console.log(`moved at ${chosen.length} of ${numbers.length} operations, ${failures.length} wrong`)
  expect(failures).toEqual([])
})
