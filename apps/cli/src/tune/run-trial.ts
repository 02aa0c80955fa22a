import { spawn } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ConfigError } from '@gradus/core'
import { writeFileAtomic } from 'gradus/io'
import { override } from '../config/overrides.ts'
import { exitCodes } from '../exit-codes.ts'
import { makeFolder } from '../make-folder.ts'
import { type RunRecord, readRun } from '../report/read-run.ts'
import { bestOf, figureNames, trainingTime } from '../train/epoch-records.ts'
import type { Values } from './space.ts'
import { trainerOf } from './tune-folder.ts'
import type { Settings, Trial } from './tune-state.ts'

/** A trial to train up to a number of epochs; null for those that the config or `train` chooses. */
export interface Job {
  readonly id: number
  readonly values: Values
  readonly epochs: number | null
}

interface TrialOptions {
  /** The folder of the search. */
  readonly folder: string
  readonly config: Record<string, unknown>
  readonly settings: Settings
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborted where trials are to be saved and stopped. */
  readonly signal: AbortSignal
  readonly notify: (text: string) => void
}

/** Trains a trial in a process, or goes on where an earlier process stopped. Throws the reason of the signal. */
export async function runTrial({ id, values, epochs }: Job, options: TrialOptions): Promise<Trial> {
  const { folder, config, settings, signal, notify } = options
  const name = `trial-${String(id).padStart(3, '0')}`
  const runs = join(folder, 'runs')
  let run = await runOf(runs, name)
  if (run) await waitForTrainer(run, name, signal, notify)
  const before = run && (await readRun(run, folder))
  let failure: { state: 'diverged' | 'failed'; message: string } | undefined
  if (!before || !isTrained(before, epochs)) {
    signal.throwIfAborted()
    const file = join(folder, 'configs', `${name}.json`)
    await writeFileAtomic(file, `${JSON.stringify({ ...override(config, Object.entries(values)), name }, null, 2)}\n`)
    const args = run ? ['--resume', run] : [file, '--out', runs]
    const { code, message } = await train([...args, ...(epochs === null ? [] : ['--epochs', String(epochs)])], options)
    signal.throwIfAborted()
    run ??= await runOf(runs, name)
    if (code === exitCodes.diverged) failure = { state: 'diverged', message }
    else if (code !== exitCodes.ok) failure = { state: 'failed', message }
  }
  const record = run ? await readRun(run, folder) : undefined
  const counted = record?.epochs.filter(({ epoch }) => epochs === null || epoch <= epochs) ?? []
  const names = figureNames(counted)
  if (names.length > 0 && !names.includes(settings.metric)) {
    throw new ConfigError(
      `The trials have no figure '${settings.metric}'; they have ${names.join(', ')}. Begin a search with one of these: --metric ${names[0]}.`,
    )
  }
  const best = bestOf(counted, settings.metric, settings.mode)
  return {
    id,
    values,
    state: failure?.state ?? 'trained',
    target: epochs,
    epochs: counted.length,
    score: best?.value ?? null,
    bestEpoch: best?.epoch ?? null,
    seconds: Math.round(trainingTime(counted)) / 1000,
    run: run ? relative(folder, run) : null,
    ...(failure && { message: failure.message }),
  }
}

/** Whether a run has all epochs, or ended before them, as `EarlyStopping` ends it. */
function isTrained({ epochs: done, config, environment }: RunRecord, epochs: number | null): boolean {
  if (epochs !== null && done.length > epochs) return true
  if (environment.finishedAt === undefined) return false
  return epochs === null || done.length === epochs || config.fit.epochs >= epochs
}

async function runOf(runs: string, name: string): Promise<string | undefined> {
  await makeFolder(runs)
  const found = (await readdir(runs)).filter(
    (entry) => entry.startsWith(`${name}-`) && /^\d+$/.test(entry.slice(name.length + 1)),
  )
  return found.length > 0 ? join(runs, found.sort()[0]!) : undefined
}

/** Waits for a process that an earlier search, which was killed, has left running. */
async function waitForTrainer(
  run: string,
  name: string,
  signal: AbortSignal,
  notify: (text: string) => void,
): Promise<void> {
  for (let told = false; ; told = true) {
    const pid = await trainerOf(run)
    if (pid === undefined) return
    if (!told) notify(`${name} is still trained by process ${pid}, which an earlier search began; waiting for it.\n`)
    await pause(300, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}

/** The lines of a process that failed of which the last is kept. */
const keptText = 4000

/** Runs `gradus train` of this program. Its process is not of this group: a Ctrl-C is passed to it once, so that it saves. */
async function train(
  args: readonly string[],
  { env, signal }: TrialOptions,
): Promise<{ code: number | null; message: string }> {
  const script = process.argv[1]!
  // the variables are in the config already
  const inherited = Object.entries(env).filter(([key]) => !key.startsWith('GRADUS_'))
  const child = spawn(process.execPath, [...process.execArgv, script, 'train', ...args, '--quiet'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
    env: Object.fromEntries(inherited) as NodeJS.ProcessEnv,
  })
  let text = ''
  child.stderr.on('data', (piece) => {
    text = (text + piece).slice(-keptText)
  })
  const stop = () => child.kill('SIGTERM')
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await new Promise((done, reject) => {
      child.on('error', reject)
      child.on('close', (code, by) => {
        const message = by ? `its process was ended by ${by}` : text.trim().replace(/^Error: /, '')
        done({ code, message })
      })
    })
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
