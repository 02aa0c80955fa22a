import { readFileSync } from 'node:fs'
import { completeConfig } from '@gradus/core'
import { fitDataFields } from 'gradus'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type Sandbox, small, smallSandbox } from '../testing/sandbox.ts'
import { loadConfigModules } from './config-modules.ts'
import { configJsonSchema } from './config-schema.ts'

let sandbox: Sandbox

beforeEach(() => {
  sandbox = smallSandbox()
})

afterEach(() => sandbox.remove())

async function print(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ readonly [key: string]: unknown }> {
  const { code, out, err } = await sandbox.run(['config', 'print', ...args, '--json'], { env })
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out)
}

describe('config print', () => {
  it('shows the config in full, as YAML or JSON', async () => {
    sandbox.write('config.yaml', { ...small, fit: {} })
    const config = await print(['config.yaml'])
    expect(config.fit).toEqual(completeConfig('fit', {}, fitDataFields))
    expect(config.data).toMatchObject({ train: sandbox.file('train.csv') })
    const { out } = await sandbox.run(['config', 'print', 'config.yaml'])
    expect(parse(out)).toEqual(config)
  })

  it('prefers flags to the environment, the environment to the file, and the file to defaults', async () => {
    const epochs = async (args: string[], env?: Record<string, string>) => {
      const { fit } = (await print(['config.yaml', ...args], env)) as { fit: { epochs: number } }
      return fit.epochs
    }
    expect(await epochs([])).toBe(4)
    expect(await epochs([], { GRADUS_EPOCHS: '7' })).toBe(7)
    expect(await epochs(['--epochs', '9'], { GRADUS_EPOCHS: '7' })).toBe(9)
    expect(await epochs(['--set', 'fit.epochs=8'], { GRADUS_EPOCHS: '7' })).toBe(8)
    expect(await print(['config.yaml', '--seed', '5', '--backend', 'cpu'])).toMatchObject({ seed: 5, backend: 'cpu' })
  })

  it('sets values of any kind at any depth', async () => {
    const set = (text: string) => print(['config.yaml', '--set', text])
    expect(await set('optimizer.learningRate=1e-4')).toMatchObject({
      optimizer: { optimizer: 'Adam', learningRate: 1e-4 },
    })
    expect(await set('model.layers[0].units=7')).toMatchObject({ model: { layers: [{ units: 7 }, {}, {}] } })
    expect(await set('fit.shuffle=false')).toMatchObject({ fit: { shuffle: false } })
    expect(await set('metrics=[accuracy, mse]')).toMatchObject({ metrics: ['accuracy', 'mse'] })
    expect(await set('loss.fromLogits=true')).toMatchObject({
      loss: { loss: 'SparseCategoricalCrossentropy', fromLogits: true },
    })
  })

  it('resolves paths in the config from its folder, and those in flags from the working folder', async () => {
    sandbox.write('deep/config.yaml', small)
    expect(await print(['deep/config.yaml'])).toMatchObject({ data: { train: sandbox.file('deep/train.csv') } })
    const flags = ['deep/config.yaml', '--data', 'train.csv']
    expect(await print(flags)).toMatchObject({ data: { train: sandbox.file('train.csv') } })
  })

  it('names runs after the file, or its folder', async () => {
    const { name: _, ...config } = small
    sandbox.write('wine.yaml', config)
    sandbox.write('side effects/config.yaml', config)
    expect(await print(['wine.yaml'])).toMatchObject({ name: 'wine' })
    expect(await print(['side effects/config.yaml'])).toMatchObject({ name: 'side-effects' })
  })
})

describe('a config as a module', () => {
  it('may hold instances, and is the same as data', async () => {
    sandbox.write(
      'gradus.config.ts',
      `import { Adam, Dense, defineConfig, Dropout } from 'gradus'
       const units: number = 4
       export default defineConfig({
         name: 'small', seed: 3,
         data: { train: 'train.csv', inputs: ['x'], target: 'y' },
         model: { model: 'Sequential', layers: [
           new Dense({ units, activation: 'tanh' }), new Dropout({ rate: 0.2 }), { layer: 'Dense', units: 2, activation: 'softmax' },
         ] },
         optimizer: new Adam({ learningRate: 0.05 }),
         loss: 'SparseCategoricalCrossentropy', metrics: ['accuracy'],
         fit: { batchSize: 8, epochs: 4, verbose: 2 },
       })`,
    )
    expect(await print(['gradus.config.ts'])).toEqual(await print(['config.yaml']))
    expect((await sandbox.run(['train', 'gradus.config.ts', '--quiet'])).code).toBe(0)
    await sandbox.run(['train', 'config.yaml', '--quiet'])
    const loss = (n: number) => sandbox.read(`runs/small-${n}/results.csv`).split('\n')[4]!.split(',')[2]
    expect(loss(1)).toBe(loss(2))
  })

  it('may import every entry of gradus', async () => {
    const manifest = new URL('../../../../packages/gradus/package.json', import.meta.url)
    const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports: object }
    const entries = Object.keys(exports).map((entry) => `gradus${entry.slice(1)}`)
    const modules = await loadConfigModules()
    expect(Object.keys(modules)).toEqual(expect.arrayContaining(entries))
    sandbox.write(
      'config.ts',
      `import { Dense } from 'gradus'
       import { tanh } from 'gradus/activations'
       import { SparseCategoricalCrossentropy } from 'gradus/losses'
       const config = ${JSON.stringify(small)}
       config.model.layers[0] = new Dense({ units: 4, activation: tanh })
       export default { ...config, loss: new SparseCategoricalCrossentropy() }`,
    )
    expect(await print(['config.ts'])).toEqual({
      ...(await print(['config.yaml'])),
      loss: { loss: 'SparseCategoricalCrossentropy' },
    })
  })

  it('ends with 2 where it throws, and where a value has no data form', async () => {
    sandbox.write('throws.ts', 'throw new Error("out of cheese")')
    const thrown = await sandbox.run(['train', 'throws.ts'])
    expect(thrown).toMatchObject({ code: 2, err: 'Error: throws.ts cannot be run: out of cheese\n' })
    const config = `{ ...${JSON.stringify(small)}, model: { model: 'Sequential', layers: [new Dense({ units: 1, activation: (x) => x })] } }`
    sandbox.write('function.ts', `import { Dense } from 'gradus'\nexport default ${config}`)
    const { code, err } = await sandbox.run(['train', 'function.ts'])
    expect(code).toBe(2)
    expect(err).toContain('Dense.activation is a function')
  })
})

describe('config schema', () => {
  it('is the JSON Schema of configs, with every option of fit that is data', async () => {
    const { code, out } = await sandbox.run(['config', 'schema'])
    expect(code).toBe(0)
    const schema = JSON.parse(out) as { properties: { fit: { properties: object } } }
    expect(schema).toEqual(configJsonSchema())
    expect(Object.keys(schema.properties.fit.properties).sort()).toEqual(Object.keys(fitDataFields).sort())
  })
})

describe('config init', () => {
  const init = (...flags: string[]) => sandbox.run(['config', 'init', 'train.csv', '--target', 'y', ...flags])

  it('writes the config that train would use', async () => {
    const { code, out, err } = await init('--out', 'made/new.yaml', '--seed', '4')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('Wrote made/new.yaml. Train with it: gradus train made/new.yaml')
    const config = parse(sandbox.read('made/new.yaml')) as Record<string, unknown>
    expect(config).toMatchObject({ seed: 4, data: { train: '../train.csv', target: 'y' }, fit: { shuffle: true } })
    expect(await print(['made/new.yaml'])).toMatchObject({ model: config.model, loss: config.loss })
  })

  it('keeps files that exist, and prints JSON', async () => {
    expect(await init()).toMatchObject({ code: 2, err: expect.stringContaining("'config.yaml' exists. Give --force") })
    const { code, out } = await init('--force', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ version: 1, file: sandbox.file('config.yaml') })
    expect((await init('--out', 'config.txt')).err).toContain('expected a name that ends in .yaml or .json')
  })
})
