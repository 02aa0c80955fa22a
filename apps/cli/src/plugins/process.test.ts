import { once } from 'node:events'
import { renameSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { builtCommand, startCommand } from '../testing/bundle.ts'
import { Sandbox } from '../testing/sandbox.ts'
import { ownConfig, swish, training, writeOwn } from './testing/own-config.ts'

const built = builtCommand()
let sandbox: Sandbox

beforeEach(() => {
  sandbox = new Sandbox()
  writeOwn(sandbox)
})

afterEach(() => sandbox.remove())

const start = (...args: string[]) => startCommand(built.script, args, sandbox.path)

/** Runs a command that succeeds and returns what it prints. */
async function output(...args: string[]): Promise<string> {
  const { code, out, err } = await start(...args).ended
  expect({ code, err }, args.join(' ')).toEqual({ code: 0, err: '' })
  return out
}

async function failure(...args: string[]): Promise<{ code: number | null; err: string }> {
  const { code, err } = await start(...args).ended
  return { code, err }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

const rowsOf = (file: string) => sandbox.read(file).replace(/,[^,\n]*$/gm, '') // without times

describe('plug-ins', { timeout: 180_000 }, () => {
  it('of a YAML config are used by every command', async () => {
    const log = await output('train', 'config.yaml')
    expect(log).toContain('my-layer.ts: layer acme/Swish')
    expect(sandbox.json('runs/own-1/config.json').plugins).toEqual(['../../my-layer.ts', '../../training.mjs'])
    const { pluginFiles } = sandbox.json('runs/own-1/env.json') as { pluginFiles: { path: string; sha256: string }[] }
    expect(pluginFiles.map(({ path }) => path)).toEqual(
      ['factor.ts', 'my-layer.ts', 'training.mjs'].map((name) => sandbox.file(name)),
    )
    const predicted = await output('predict', 'runs/own-1', 'train.csv')
    expect(JSON.parse(await output('inspect', 'runs/own-1', '--json'))).toMatchObject({
      training: { optimizer: { optimizer: 'acme/SignDescent' }, metrics: ['accuracy', 'acme/Largest'] },
    })
    expect(JSON.parse(await output('evaluate', 'runs/own-1', 'train.csv', '--json'))).toMatchObject({
      figures: { accuracy: expect.any(Number), 'acme/Largest': expect.any(Number) },
    })
    const exported = await start('export', 'runs/own-1', '--to', 'own.mjs', '--json').ended
    expect(JSON.parse(exported.out)).toMatchObject({ script: { difference: 0 } })
    const { predictRows } = (await import(pathToFileURL(sandbox.file('own.mjs')).href)) as {
      predictRows(rows: object[]): { y: { value: string } }[]
    }
    const rows = sandbox.read('train.csv').trim().split('\n').slice(1)
    const made = predictRows(rows.map((row) => ({ x: Number(row.split(',')[0]) })))
    expect(made.map(({ y }) => y.value).join('\n')).toBe(predicted.trim().split('\n').slice(1).join('\n'))
    await output('convert', 'runs/own-1', '--to', 'own.keras')
    expect(await output('report', 'runs/own-1')).not.toContain('Note:')
    await output('train', 'config.yaml', '--seed', '4', '--quiet')
    expect(await output('compare', 'runs/own-1', 'runs/own-2')).toContain('seed')
    const port = await freePort()
    const server = start('serve', 'runs/own-1', '--json', '--port', String(port))
    await server.shows(/\n/)
    const answer = await fetch(`http://127.0.0.1:${port}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rows: [{ x: 0.1 }, { x: 0.9 }] }),
    })
    expect(await answer.json()).toMatchObject({ predictions: [{ y: { value: '0' } }, { y: { value: '1' } }] })
    server.kill('SIGTERM')
    expect((await server.ended).code).toBe(0)
  })

  it('are found again by --resume of a run that was killed, bit for bit', async () => {
    await output('train', 'config.yaml', '--epochs', '12', '--quiet')
    const running = start('train', 'config.yaml', '--epochs', '12')
    await running.shows(/Epoch 5\//)
    running.kill('SIGKILL')
    await running.ended
    await output('train', '--resume', 'runs/own-2', '--quiet')
    expect(rowsOf('runs/own-2/results.csv').split('\n')).toHaveLength(14)
    const losses = (run: string) =>
      sandbox
        .read(run, 'metrics.jsonl')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { loss: number }).loss)
    expect(losses('runs/own-2')).toEqual(losses('runs/own-1'))
  })

  it('that have changed are refused by --resume, unless that is meant', async () => {
    await output('train', 'config.yaml', '--quiet')
    sandbox.write('factor.ts', 'export const factor: number = 2\n')
    const { code, err } = await failure('train', '--resume', 'runs/own-1', '--epochs', '6')
    expect(code).toBe(3)
    expect(err).toMatch(/^Error: factor\.ts, which belongs to a plug-in, has changed since the run runs\/own-1 began/)
    const { code: predicted, err: note } = await start('predict', 'runs/own-1', 'train.csv').ended
    expect(predicted).toBe(0)
    expect(note).toBe('Note: factor.ts, which belongs to a plug-in, has changed since runs/own-1 was trained.\n')
    await output('train', '--resume', 'runs/own-1', '--epochs', '6', '--plugins-changed', '--quiet')
    await output('predict', 'runs/own-1', 'train.csv')
    await output('train', '--resume', 'runs/own-1', '--epochs', '8', '--quiet')
  })

  it('are instances of classes of a config in TypeScript', async () => {
    sandbox.write(
      'gradus.config.ts',
      `import { Dense, defineConfig, Sequential, type Tensor } from 'gradus'
       import { Swish } from './my-layer.ts'
       import { Halve, SignDescent } from './training.mjs'
       class Twice extends Swish {
         static readonly type = 'acme/Twice'
         override apply(x: Tensor) { return super.apply(super.apply(x)) }
       }
       export default defineConfig({
         name: 'module', seed: 3,
         data: { train: 'train.csv', inputs: ['x'], target: 'y' },
         model: new Sequential([
           new Dense({ units: 4 }), new Swish({ beta: 1.5 }), new Twice(), new Dense({ units: 2, activation: 'softmax' }),
         ]),
         optimizer: new SignDescent({ learningRate: 0.02 }),
         loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'], callbacks: [new Halve()],
         fit: { batchSize: 8, epochs: 4, verbose: 2 },
       })`,
    )
    await output('train', 'gradus.config.ts', '--quiet')
    expect(sandbox.json('runs/module-1/config.json').plugins).toEqual(['../../gradus.config.ts'])
    await output('train', '--resume', 'runs/module-1', '--epochs', '6', '--quiet')
    await output('train', 'gradus.config.ts', '--resume', 'runs/module-1', '--epochs', '7', '--quiet')
    expect((await output('predict', 'runs/module-1', 'train.csv')).split('\n')).toHaveLength(66)
  })

  it('are installed packages, which are found from the folder of the config', async () => {
    const manifest = { name: '@acme/gradus-swish', type: 'module', exports: { '.': { import: './index.js' } } }
    sandbox.write('project/node_modules/@acme/gradus-swish/package.json', JSON.stringify(manifest))
    const plain = swish.replace(
      /: Tensor|, type Tensor|<\{ beta\?: number \}>|override readonly |as const|import.*factor.*/g,
      '',
    )
    const code = plain
      .replace(/declare.*\n/, '')
      .replace(' * factor', '')
      .replace('static readonly', 'static')
    sandbox.write('project/node_modules/@acme/gradus-swish/index.js', code)
    sandbox.write('project/training.mjs', training)
    sandbox.write('project/train.csv', sandbox.read('train.csv'))
    sandbox.write('project/config.yaml', { ...ownConfig, plugins: ['@acme/gradus-swish', './training.mjs'] })
    await output('train', 'project/config.yaml', '--quiet', '--out', 'project/runs')
    expect(sandbox.json('project/runs/own-1/config.json').plugins).toEqual(['@acme/gradus-swish', '../../training.mjs'])
    // where the package is not found from the run folder, its file is named
    await output('train', 'project/config.yaml', '--quiet')
    const { plugins } = sandbox.json('runs/own-1/config.json') as { plugins: string[] }
    expect(plugins[0]).toBe('../../project/node_modules/@acme/gradus-swish/index.js')
    await output('train', '--resume', 'runs/own-1', '--epochs', '5', '--quiet')
    // a run folder that is moved
    renameSync(sandbox.file('project/runs/own-1'), sandbox.file('moved'))
    expect(await output('predict', 'moved', 'train.csv')).toBe(
      await output('predict', 'project/runs/own-1/../../../moved', 'train.csv'),
    )
    await output('train', '--resume', 'moved', '--epochs', '5', '--quiet')
    rmSync(sandbox.file('project/node_modules'), { recursive: true })
    const missing = await failure('predict', 'moved', 'train.csv')
    expect(missing.code).toBe(2)
    expect(missing.err).toBe(
      `Error: The plug-in '@acme/gradus-swish' is not installed. Install it: npm install @acme/gradus-swish (in ${sandbox.file('project')} or a folder above it, where it was looked for).\n`,
    )
  })

  it('are not loaded for a model file alone', async () => {
    await output('train', 'config.yaml', '--quiet')
    const file = 'runs/own-1/model-best.safetensors'
    const { code, err } = await failure('predict', file, 'train.csv')
    expect(code).toBe(2)
    expect(err).toMatch(
      /there is no layer called 'acme\/Swish'\. Its run has plug-ins, .* where the run folder is given: runs\/own-1\. .*--plugin/,
    )
    const given = ['--plugin', 'my-layer.ts', '--plugin', './training.mjs']
    expect(await output('predict', file, 'train.csv', ...given)).toBe(
      await output('predict', 'runs/own-1', 'train.csv'),
    )
    renameSync(sandbox.file(file), sandbox.file('alone.safetensors'))
    expect((await failure('inspect', 'alone.safetensors')).err).toMatch(
      /no layer called 'acme\/Swish'.*plugins: \['\.\/my-layer\.ts'\].*--plugin \.\/my-layer\.ts/,
    )
    await output('inspect', 'alone.safetensors', ...given)
    await output('export', 'alone.safetensors', '--to', 'a.cjs', '--plugin', './my-layer.ts')
    await output('convert', 'alone.safetensors', '--to', 'a.keras', ...given)
  })

  it('are used by the trials of tune', async () => {
    const space = ['--space', 'model.layers[1].beta=[0.5, 1.5]', '--method', 'grid']
    await output('tune', 'config.yaml', ...space)
    const best = sandbox.read('runs/own-tune-1/best.yaml')
    expect(best).toContain('../../my-layer.ts')
    await output('train', 'runs/own-tune-1/best.yaml', '--quiet')
  })

  it('are written by config init, and given by a flag', async () => {
    const flags = ['--target', 'y', '--plugin', 'my-layer.ts', '--set', 'optimizer=adam', '--out', 'made/new.yaml']
    sandbox.write('made/.keep', '')
    await output('config', 'init', 'train.csv', ...flags)
    expect(sandbox.read('made/new.yaml')).toContain('../my-layer.ts')
    await output('train', 'made/new.yaml', '--epochs', '1', '--quiet')
    sandbox.write('plain.yaml', { ...ownConfig, plugins: undefined })
    const { code, err } = await failure('train', 'plain.yaml')
    expect(code).toBe(2)
    expect(err).toContain("plugins: ['./my-layer.ts']")
    await output('train', 'plain.yaml', '--plugin', 'my-layer.ts', '--plugin', 'training.mjs', '--quiet')
  })

  it('may be models that are code, and backends', async () => {
    sandbox.write(
      'residual.ts',
      `import { cpu, Dense, Model, type Scope, type Tensor } from 'gradus'
       import { add } from 'gradus/ops'
       export class Residual extends Model {
         static override readonly type = 'acme/Residual'
         readonly hidden = new Dense({ units: 1, activation: 'tanh' })
         readonly out = new Dense({ units: 2, activation: 'softmax' })
         override apply(x: Tensor, scope: Scope<this>): Tensor {
           return scope.call(this.out, add(x, scope.call(this.hidden, x)))
         }
       }
       export const acme = Object.assign(() => ({ ...cpu(), name: 'acme' }), { kind: 'backend', type: 'acme' })
       export const wrong = Object.assign(() => cpu(), { kind: 'backend', type: 'wrong' })`,
    )
    const { optimizer: _, callbacks: __, ...config } = ownConfig
    sandbox.write('config.yaml', {
      ...{ ...config, backend: 'acme', plugins: ['./residual.ts'], model: { layer: 'acme/Residual' } },
      ...{ optimizer: 'adam', metrics: ['accuracy'] },
    })
    expect(await output('train', 'config.yaml')).toContain('Training own on the acme backend')
    await output('train', '--resume', 'runs/own-1', '--epochs', '5', '--quiet')
    const predicted = await output('predict', 'runs/own-1', 'train.csv')
    expect(await output('predict', 'runs/own-1', 'train.csv', '--backend', 'acme')).toBe(predicted)
    await output('export', 'runs/own-1', '--to', 'own.cjs')
    expect((await output('inspect', 'runs/own-1')).match(/FLOPs +(.*)/)![1]).toMatch(/^\d+ for one sample/)
    expect((await failure('train', 'config.yaml', '--backend', 'acm')).err).toContain("Did you mean 'acme'?")
    expect(await failure('train', 'config.yaml', '--backend', 'wrong')).toMatchObject({
      code: 5,
      err: expect.stringContaining("the plug-in starts a backend called 'cpu'"),
    })
  })
})
