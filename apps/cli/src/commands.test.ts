import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProgram } from './program.ts'
import { bundleCommand, type Process, startCommand } from './testing/bundle.ts'
import { smallSandbox } from './testing/sandbox.ts'

/** How a command is called, and what it prints. */
interface Row {
  /** The arguments of a call that succeeds, and what stdout then matches. */
  readonly succeeds: readonly [args: string, says: RegExp]
  /** A key of the document that the same call prints with `--json`; null for a command without `--json`. */
  readonly json: string | null
  /** The arguments of a call that fails, its exit code, and what stderr then matches. */
  readonly fails: readonly [args: string, code: number, says: RegExp]
}

const run = 'runs/small-1'
const noRun: Row['fails'] = ['runs/none', 3, /no file or folder 'runs\/none'/]

// Each command of the program has a row here: those are looked up in the program.
const rows: Readonly<Record<string, Row>> = {
  backends: { succeeds: ['', /^wasm +/m], json: 'backends', fails: ['all', 2, /too many arguments/] },
  bench: {
    succeeds: ['--quick --backend cpu --workload dense', /^ {2}dense +cpu +[\d,]+ /m],
    json: 'speeds',
    fails: ['--workload dens', 2, /Did you mean 'dense'\?/],
  },
  compare: {
    succeeds: [`${run} ${run}`, /The configs do not differ/],
    json: 'runs',
    fails: [run, 2, /needs two runs/],
  },
  completion: {
    succeeds: ['bash', /complete -o default -F _gradus gradus/],
    json: null,
    fails: ['bsh', 2, /Did you mean 'bash'\?/],
  },
  'config init': {
    succeeds: ['train.csv --target y --force', /^Wrote config\.yaml\. Train with it: .* train config\.yaml$/m],
    json: 'choices',
    fails: ['train.csv --target z --out new.yaml', 2, /there is no column 'z'/],
  },
  'config print': {
    succeeds: ['small.yaml', /^ {2}epochs: 4$/m],
    // the document is a config
    json: 'fit',
    fails: ['none.yaml', 2, /none\.yaml/],
  },
  'config schema': { succeeds: ['', /"\$schema"/], json: null, fails: ['all', 2, /too many arguments/] },
  convert: { succeeds: [`${run} --to a.keras --force`, /^Wrote a\.keras: /], json: 'to', fails: [`${run}`, 2, /--to/] },
  data: {
    succeeds: ['train.csv', /^train\.csv: 64 rows, 2 columns$/m],
    json: 'columns',
    fails: ['none.csv', 3, /none/],
  },
  doctor: { succeeds: ['', /^machine +/m], json: 'findings', fails: ['all', 2, /too many arguments/] },
  evaluate: { succeeds: [`${run} test.csv`, /^ {2}accuracy: /m], json: 'figures', fails: noRun },
  export: {
    succeeds: [`${run} --to a.js --force`, /^Wrote a\.js: JavaScript/],
    json: 'script',
    fails: [`${run}`, 2, /--to/],
  },
  inspect: { succeeds: [run, /Total params/i], json: 'weights', fails: noRun },
  predict: { succeeds: [`${run} test.csv`, /^y\n[01]\n/], json: 'predictions', fails: noRun },
  report: {
    succeeds: [run, /^Wrote runs\/small-1\/report\.html/],
    json: 'sections',
    fails: ['runs/none', 3, /runs\/none/],
  },
  serve: { succeeds: [run, /^Serving \S+ at http:/], json: 'url', fails: noRun },
  train: {
    succeeds: ['small.yaml --epochs 1', /^Saved in runs\/small-\d+$/m],
    json: 'run',
    fails: ['none.yaml', 2, /none/],
  },
  tune: {
    succeeds: ['small.yaml --space seed=[1] --method grid --max-epochs 1', /best/],
    json: 'trials',
    fails: ['small.yaml', 2, /--space/],
  },
}

const sandbox = smallSandbox()
let script: string

const split = (text: string) => text.split(' ').filter((word) => word !== '')
const start = (...texts: string[]) => startCommand(script, texts.flatMap(split), sandbox.path)

/** Ends a server once it has its address; other commands end by themselves. */
async function ended(name: string, process: Process, shown = /http:\S+/) {
  if (name === 'serve') {
    await process.shows(shown)
    process.kill('SIGTERM')
  }
  return process.ended
}

const names = leavesOf(
  createProgram({ out: { write: () => {} }, err: { write: () => {} }, env: {}, cwd: '.', command: 'gradus' }),
)

function leavesOf(command: Command, words: readonly string[] = []): string[] {
  if (command.commands.length === 0) return [words.join(' ')]
  return command.commands.flatMap((inner) => leavesOf(inner, [...words, inner.name()]))
}

beforeAll(async () => {
  script = await bundleCommand(sandbox.path)
  sandbox.write('small.yaml', sandbox.read('config.yaml'))
  expect((await start('train small.yaml --quiet').ended).code).toBe(0)
}, 180_000)

afterAll(() => sandbox.remove())

it('each command has a row', () => expect(Object.keys(rows)).toEqual([...names].sort()))

describe.each(names)('gradus %s', { timeout: 120_000 }, (name) => {
  const { succeeds, json, fails } = rows[name] ?? rows['doctor']!

  it('has help with two examples', async () => {
    const { code, out, err } = await start(name, '--help').ended
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const [, examples = ''] = out.split('\nExamples:\n')
    expect(examples.split('\n').filter((line) => /\bgradus|curl/.test(line)).length).toBeGreaterThanOrEqual(2)
    expect(out).toContain('--debug')
    expect(out.includes('--json ')).toBe(json !== null)
  })

  it('succeeds', async () => {
    const [args, says] = succeeds
    const { code, out, err } = await ended(name, start(name, args))
    expect({ code, err: name === 'serve' ? '' : err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(says)
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })

  it.runIf(json !== null)('prints one JSON document', async () => {
    const { code, out } = await ended(name, start(name, succeeds[0], '--json'), /"url"/)
    expect(code).toBe(0)
    const document = JSON.parse(out) as { version: number }
    expect(document).toHaveProperty(json!)
    if (name !== 'config print') expect(document.version).toBe(1)
  })

  it('fails with a message', async () => {
    const [args, expected, says] = fails
    const { code, out, err } = await start(name, args).ended
    expect({ code, out }).toEqual({ code: expected, out: '' })
    expect(err).toMatch(/^error: /i)
    expect(err).toMatch(says)
    expect(err).not.toContain('    at ')
  })

  it.runIf(json !== null)('fails with a JSON document', async () => {
    const [args, exitCode, says] = fails
    const { code, out, err } = await start(name, args, '--json').ended
    expect({ code, err }).toEqual({ code: exitCode, err: expect.stringMatching(says) })
    expect(JSON.parse(out)).toEqual({
      version: 1,
      error: { name: expect.any(String), message: expect.stringMatching(says), exitCode },
    })
  })

  it('suggests flags and its name', async () => {
    const words = name.split(' ')
    const flag = await sandbox.run([...words, ...split(succeeds[0]), '--debgu'])
    expect(flag).toMatchObject({ code: 2, out: '', err: expect.stringContaining("'--debgu'\n(Did you mean --debug?)") })
    const last = words.at(-1)!
    const wrong = await sandbox.run([...words.slice(0, -1), last.slice(0, -2) + last.slice(-1)])
    expect(wrong).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(new RegExp(`Did you mean .*\\b${last}\\b`)),
    })
  })

  it('ends well where the reader of stdout has gone', async () => {
    const running = start(name, succeeds[0])
    if (name === 'serve') await running.shows(/http:\S+/)
    running.closeOut()
    if (name === 'serve') running.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ code: 0, signal: null })
  })
})
