import { existsSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Sandbox, small, smallSandbox, steps } from '../testing/sandbox.ts'

let sandbox: Sandbox

beforeEach(() => {
  sandbox = smallSandbox()
})

afterEach(() => sandbox.remove())

const layers = small.model.layers

/** A wrong config or wrong data, and the outcome. */
interface Case {
  readonly what: string
  readonly code: number
  /** Parts of the message: place, value, expectation, remedy. */
  readonly says: readonly string[]
  readonly config?: object
  readonly csv?: string
  readonly flags?: readonly string[]
}

const cases: readonly Case[] = [
  {
    what: 'a misspelt key',
    code: 2,
    says: ['config.yaml', "'fit.epohs'", "Did you mean 'epochs'?", 'batchSize'],
    config: { ...small, fit: { epohs: 3 } },
  },
  {
    what: 'a misspelt key of a column',
    code: 2,
    says: ["'data.inputs.x.scal'", "Did you mean 'scale'?"],
    config: { ...small, data: { ...small.data, inputs: { x: { scal: [0, 1] } } } },
  },
  {
    what: 'a missing key',
    code: 2,
    says: ['data.train is missing; expected a text'],
    config: { ...small, data: { target: 'y' } },
  },
  {
    what: 'a value of the wrong type',
    code: 2,
    says: ['fit.batchSize is "many"; expected a number'],
    config: { ...small, fit: { batchSize: 'many' } },
  },
  {
    what: 'an unknown layer',
    code: 2,
    says: ['model.layers[0]', "'Dens'", "Did you mean 'Dense'?"],
    config: { ...small, model: { model: 'Sequential', layers: [{ layer: 'Dens', units: 2 }] } },
  },
  {
    what: 'a misspelt option of a layer',
    code: 2,
    says: ['model.layers[1]', "'activatoin'", "Did you mean 'activation'?"],
    config: {
      ...small,
      model: { model: 'Sequential', layers: [layers[0], { layer: 'Dense', units: 2, activatoin: 'relu' }] },
    },
  },
  {
    what: 'an option of data in the wrong place',
    code: 2,
    says: ["there is no option 'missingTexts'. It is one of data: data.missingTexts."],
    config: { ...small, missingTexts: [''] },
  },
  {
    what: 'an unknown activation',
    code: 2,
    says: ['model.layers[0]', "'relo'", "Did you mean 'relu'?"],
    config: { ...small, model: { model: 'Sequential', layers: [{ layer: 'Dense', units: 2, activation: 'relo' }] } },
  },
  {
    what: 'an unknown optimizer',
    code: 2,
    says: ["no optimizer called 'adma'", "Did you mean 'Adam'?"],
    config: { ...small, optimizer: 'adma' },
  },
  {
    what: 'an unknown loss',
    code: 2,
    says: ["no loss called 'sparseCategoricalCrossentropi'", "Did you mean 'SparseCategoricalCrossentropy'?"],
    config: { ...small, loss: 'sparseCategoricalCrossentropi' },
  },
  {
    what: 'an unknown metric',
    code: 2,
    says: ["no metric called 'BinaryAcuracy'", "Did you mean 'BinaryAccuracy'?"],
    config: { ...small, metrics: ['BinaryAcuracy'] },
  },
  {
    what: 'an unknown callback',
    code: 2,
    says: ['callbacks[0]', "Did you mean 'EarlyStopping'?"],
    config: { ...small, callbacks: [{ callback: 'EarlyStoping' }] },
  },
  {
    what: 'a model that does not fit its input',
    code: 2,
    says: ['Conv2D'],
    config: { ...small, model: { model: 'Sequential', layers: [{ layer: 'Conv2D', filters: 2, kernelSize: 3 }] } },
  },
  {
    what: 'an input of the wrong width',
    code: 3,
    says: ['train.csv', '[3]', '[64, 1]'],
    config: { ...small, model: { model: 'Sequential', layers: [{ ...layers[0], inputShape: [3] }, layers[2]] } },
  },
  { what: 'a label beyond the classes', code: 3, says: ['train.csv', 'y', '2'], csv: `${steps(9)}0.5,2\n` },
  {
    what: 'a missing value where none may be',
    code: 3,
    says: ['train.csv cannot be used', "column 'x'", 'expected a number, found nothing in line 3'],
    csv: 'x,y\n0,0\n,1\n0.5,1\n',
    config: { ...small, data: { ...small.data, missing: 'refuse' } },
  },
  {
    what: 'text for a number',
    code: 3,
    says: ["column 'x'", 'expected a number, found "many" in line 2'],
    csv: 'x,y\nmany,0\n0.5,1\n',
    config: { ...small, data: { ...small.data, inputs: { x: 'number' } } },
  },
  { what: 'a missing column', code: 2, says: ["no column 'y'", "Did you mean 'Y'?"], csv: 'x,Y\n0,0\n1,1\n' },
  { what: 'one class', code: 2, says: ['all values of \'y\' are "0"', 'two classes'], csv: 'x,y\n0,0\n1,0\n' },
  { what: 'an empty file', code: 3, says: ['train.csv is empty'], csv: '' },
  { what: 'a header without lines', code: 3, says: ['train.csv has no rows'], csv: 'x,y\n' },
  { what: 'lines of unequal length', code: 3, says: ['train.csv', 'line 3: 1 cell; expected 2'], csv: 'x,y\n0,0\n1\n' },
  {
    what: 'a weight of a class that is not there',
    code: 2,
    says: ["data.classWeight: there is no class '2'"],
    config: { ...small, data: { ...small.data, classWeight: { 2: 4 } } },
  },
  {
    what: 'a target that is left out',
    code: 2,
    says: ['data.target is missing; expected a text', '--target NAME', 'The columns are x, y.'],
    config: { ...small, data: { train: 'train.csv', inputs: ['x'] } },
  },
  {
    what: 'a missing file',
    code: 3,
    says: ['tain.csv', 'does not exist'],
    config: { ...small, data: { ...small.data, train: 'tain.csv' } },
  },
  {
    what: 'a held-out file that does not fit',
    code: 3,
    says: ['bad.csv', '7'],
    config: { ...small, data: { ...small.data, test: 'bad.csv' } },
  },
  {
    what: 'a backend that is not installed',
    code: 5,
    says: ["'webgpu' is not available", 'gradus backends'],
    flags: ['--backend', 'webgpu'],
  },
  { what: 'an unknown backend', code: 2, says: ["no backend 'gpu'", 'cpu'], flags: ['--backend', 'gpu'] },
  { what: 'a flag without a number', code: 2, says: ['--epochs', 'Expected a number'], flags: ['--epochs', 'many'] },
  { what: 'no epochs', code: 2, says: ['fit.epochs is 0', '--epochs 1'], flags: ['--epochs', '0'] },
  { what: 'an unknown flag', code: 2, says: ['--epoch', 'Did you mean --epochs?'], flags: ['--epoch', '3'] },
  {
    what: 'a --set without a value',
    code: 2,
    says: ['--set fit.epochs', 'place=value'],
    flags: ['--set', 'fit.epochs'],
  },
  {
    what: 'a --set of a missing entry',
    code: 2,
    says: ['model.layers.7', '3 entries'],
    flags: ['--set', 'model.layers.7.units=3'],
  },
  {
    what: 'a callback that saves runs itself',
    code: 2,
    says: ['callbacks[0] is BackupAndRestore', '--resume'],
    config: { ...small, callbacks: [{ callback: 'BackupAndRestore', backupDir: 'backup' }] },
  },
  {
    what: 'a checkpoint after no batches',
    code: 2,
    says: ['checkpoint.every is 0'],
    config: { ...small, checkpoint: { every: 0 } },
  },
  {
    what: 'a missing run',
    code: 3,
    says: ['runs/small-9', 'config.json'],
    flags: ['--resume', 'runs/small-9'],
  },
]

describe('bad input', () => {
  it.each(cases)(
    '$what ends with $code and a message, and leaves no run folder',
    async ({ code, says, config, csv, flags = [] }) => {
      if (config) sandbox.write('config.yaml', config)
      if (csv !== undefined) sandbox.write('train.csv', csv)
      sandbox.write('bad.csv', 'x,y\n0.5,7\n')
      const outcome = await sandbox.run(['train', 'config.yaml', ...flags])
      for (const part of says) expect(outcome.err).toContain(part)
      expect(outcome.code).toBe(code)
      expect(outcome.out).toBe('')
      expect(outcome.err).not.toMatch(/\n\s+at /)
      expect(existsSync(sandbox.file('runs'))).toBe(false)
    },
  )

  it('lists every problem of a config at once', async () => {
    sandbox.write('config.yaml', { ...small, fit: { batchSize: 0, epohs: 2 }, nmae: 'x' })
    const { err } = await sandbox.run(['train', 'config.yaml'])
    expect(err.match(/fit\.batchSize is 0; expected a number from 1/)).not.toBeNull()
    expect(err).toContain("'nmae'. Did you mean 'name'?")
    expect(err).toContain("'fit.epohs'")
  })

  it('shows the stack trace with --debug', async () => {
    const { err } = await sandbox.run(['train', 'config.yaml', '--backend', 'gpu', '--debug'])
    expect(err).toMatch(/\n\s+at /)
  })

  it.each([
    ['not YAML', 'config.yaml', 'name: [unclosed\n', 'config.yaml is not YAML'],
    ['not JSON', 'config.json', '{ "name": }', 'config.json is not JSON'],
    ['no object', 'config.yaml', '- 1\n', 'a config is an object'],
    ['of another kind', 'config.toml', 'a = 1\n', '.json, .yaml'],
  ])('a config that is %s ends with 2', async (_, name, text, message) => {
    sandbox.write(name, text)
    const { code, err } = await sandbox.run(['train', name])
    expect({ code, says: err.includes(message) ? message : err }).toEqual({ code: 2, says: message })
  })

  it('a missing config ends with 2', async () => {
    const { code, err } = await sandbox.run(['train', 'nothing.yaml'])
    expect(code).toBe(2)
    expect(err).toContain("'nothing.yaml' cannot be read: it does not exist")
  })
})

describe('training that diverges', () => {
  it('ends with 4, names the place, and keeps the last good checkpoint', async () => {
    const optimizer = { optimizer: 'SGD', learningRate: 1e30 }
    sandbox.write('config.yaml', {
      ...small,
      optimizer,
      loss: 'mse',
      metrics: [],
      data: { ...small.data, target: ['y', 'x'] },
      model: { model: 'Sequential', layers: [{ layer: 'Dense', units: 2 }] },
    })
    const { code, err } = await sandbox.run(['train', 'config.yaml'])
    expect(code).toBe(4)
    expect(err).toMatch(/epoch 1, step \d/)
    expect(err).toContain('smaller learning rate')
    expect(existsSync(sandbox.file('runs/small-1/config.json'))).toBe(true)
    expect(existsSync(sandbox.file('runs/small-1/model-last.safetensors'))).toBe(false)
  })

  it('ends with 4 where TerminateOnNaN stops it', async () => {
    const config = { ...small, optimizer: { optimizer: 'SGD', learningRate: 1e30 }, loss: 'mse', metrics: [] }
    const model = { model: 'Sequential', layers: [{ layer: 'Dense', units: 1 }] }
    sandbox.write('config.yaml', { ...config, model, callbacks: ['TerminateOnNaN'] })
    const { code, out } = await sandbox.run(['train', 'config.yaml'])
    expect(code).toBe(4)
    expect(out).toContain('Invalid loss, terminating training')
    expect(existsSync(sandbox.file('runs/small-1/model-last.safetensors'))).toBe(false)
  })
})
