import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Sandbox } from '../testing/sandbox.ts'
import { ownConfig, parts, writeOwn } from './testing/own-config.ts'

let sandbox: Sandbox

beforeEach(() => {
  sandbox = new Sandbox()
  writeOwn(sandbox)
})

afterEach(() => sandbox.remove())

/** The message with which `train` refuses these plug-ins. */
async function refusal(plugins: unknown, config: object = {}): Promise<string> {
  sandbox.write('config.yaml', { ...ownConfig, ...config, plugins })
  const { code, out, err } = await sandbox.run(['train', 'config.yaml'])
  expect({ code, out }).toEqual({ code: 2, out: '' })
  return err
}

const layer = (name: string, type: string) =>
  `import { Layer } from 'gradus'\nexport class ${name} extends Layer { static type = '${type}'; apply(x) { return x } }\n`

describe('plug-ins that are refused', { timeout: 60_000 }, () => {
  it('packages that are not installed, with the command that installs them', async () => {
    expect(await refusal(['@acme/gradus-swish'])).toBe(
      `Error: The plug-in '@acme/gradus-swish' is not installed. Install it: npm install @acme/gradus-swish (in ${sandbox.path} or a folder above it, where it was looked for).\n`,
    )
    expect(await refusal(['swish/layers'])).toContain('Install it: npm install swish (')
  })

  it('packages without a module', async () => {
    sandbox.write('node_modules/swish/package.json', '{"name":"swish","exports":{"./other":"./other.js"}}')
    expect(await refusal(['swish'])).toMatch(/The package 'swish' in .*swish has no module that can be imported/)
    expect(await refusal(['swish/layers'])).toMatch(/has no entry '\.\/layers'/)
  })

  it('files that are missing, that are no modules, and addresses', async () => {
    expect(await refusal(['./my-layr.ts'])).toMatch(
      /The plug-in 'my-layr\.ts' does not exist in .*\. Did you mean 'my-layer\.ts'\?/,
    )
    expect(await refusal(['./train.csv'])).toMatch(/train\.csv ends in '\.csv'; a plug-in is a module/)
    expect(await refusal(['.'])).toMatch(/is no file; a plug-in is a module/)
    expect(await refusal(['https://example.org/a.js'])).toContain('is an address')
    expect(await refusal('./my-layer.ts')).toContain('plugins is "./my-layer.ts"; expected a list')
  })

  it('modules that throw, and modules without classes', async () => {
    sandbox.write('throws.ts', 'throw new Error("out of cheese")')
    expect(await refusal(['./throws.ts'])).toBe(
      `Error: The plug-in '${sandbox.file('throws.ts')}' cannot be run: out of cheese\n`,
    )
    sandbox.write('broken.ts', 'export const = 3')
    expect(await refusal(['./broken.ts'])).toMatch(/broken\.ts' cannot be run: ParseError: .*broken\.ts:1:13\n$/)
    sandbox.write('imports.ts', "import './nothing.ts'\n")
    expect(await refusal(['./imports.ts'])).toMatch(/cannot be run: Cannot find module '.\/nothing\.ts'/)
    sandbox.write(
      'none.ts',
      "import { Layer } from 'gradus'\nexport const a = 1, f = () => 1\nexport class B {}\nexport class C extends Layer {}\n",
    )
    expect(await refusal(['./none.ts'])).toMatch(
      /exports no class that a config can name; it exports B \(a class that extends no class of gradus\), C \(a class without a static type\), a \(of type number\), f \(a function\)\. Expected .*static readonly type = 'acme\/MyLayer'/,
    )
  })

  it('names of other classes', async () => {
    sandbox.write('dense.ts', layer('Dense', 'dense'))
    expect(await refusal(['./dense.ts'])).toMatch(
      /has the layer 'dense', and gradus has a layer of that name\. Give it another static type, such as 'acme\/dense'\./,
    )
    sandbox.write('other.ts', layer('Other', 'acme/swish'))
    expect(await refusal(['./my-layer.ts', './other.ts'])).toMatch(
      /The plug-ins '.*my-layer\.ts' and '.*other\.ts' both have a layer 'acme\/swish'/,
    )
  })

  it('misspelt classes and options, with those of the plug-ins among the suggestions', async () => {
    const layers = (spec: object) => ({ model: { model: 'Sequential', layers: [spec] } })
    const { plugins } = ownConfig
    expect(await refusal(plugins, layers({ layer: 'acme/Swihs' }))).toMatch(
      /model\.layers\[0\]\.layer: there is no layer called 'acme\/Swihs'\. Did you mean 'acme\/Swish'\? A class of your own/,
    )
    expect(await refusal(plugins, layers({ layer: 'acme/Swish', betta: 1 }))).toMatch(/Did you mean 'beta'\?/)
    expect(await refusal(plugins, { optimizer: 'acme/SignDecent' })).toContain("Did you mean 'acme/SignDescent'?")
  })

  it('instances that a run could not find again', async () => {
    const config = (code: string) => `import { Dense, Layer } from 'gradus'
      ${code}
      export default { ...${JSON.stringify({ ...ownConfig, plugins: ['./training.mjs'] })},
        model: { model: 'Sequential', layers: [new Mine({ units: 2 })] } }`
    sandbox.write('nameless.ts', config('class Mine extends Layer<object> { apply(x) { return x } }'))
    expect(await sandbox.run(['train', 'nameless.ts'])).toMatchObject({
      code: 2,
      err: "Error: The class Mine of 'nameless.ts' has no name, by which a run and a model file find it again. Add to it: static readonly type = 'acme/Mine'.\n",
    })
    // it would be read as a Dense
    sandbox.write('inherits.ts', config('class Mine extends Dense {}'))
    expect((await sandbox.run(['train', 'inherits.ts'])).err).toContain('The class Mine of')
  })
})

describe('plug-ins of every kind', { timeout: 60_000 }, () => {
  it('are named at their places, and stay with the model', async () => {
    sandbox.write('parts.ts', parts)
    sandbox.write('config.yaml', {
      ...{ name: 'parts', seed: 3, plugins: ['./parts.ts'], callbacks: [], metrics: ['mae'] },
      data: { train: 'train.csv', inputs: ['x'], target: 'y', task: 'regression' },
      model: {
        model: 'Sequential',
        layers: [
          {
            ...{ layer: 'Dense', units: 4, activation: 'acme/scale', kernelConstraint: 'acme/UnitBox' },
            kernelInitializer: 'acme/Positive',
            kernelRegularizer: { regularizer: 'acme/Sparse', rate: 0.001 },
          },
          { layer: 'Dense', units: 1, activation: { activation: 'acme/scale', factor: 3 } },
        ],
      },
      optimizer: { optimizer: 'SGD', learningRate: 'acme/InverseTime' },
      loss: 'acme/Absolute',
      fit: { batchSize: 8, epochs: 3 },
    })
    const { code, out, err } = await sandbox.run(['train', 'config.yaml'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('parts.ts: loss acme/Absolute, schedule acme/InverseTime, initializer acme/Positive, ')
    expect(out).toContain('regularizer acme/Sparse, constraint acme/UnitBox, activation acme/scale\n')
    expect(await sandbox.run(['train', '--resume', 'runs/parts-1', '--epochs', '5', '--quiet'])).toMatchObject({
      code: 0,
    })
    const evaluated = await sandbox.run(['evaluate', 'runs/parts-1', 'train.csv', '--json'])
    const { figures } = JSON.parse(evaluated.out) as { figures: Record<string, number> }
    // the loss has the penalty of the regularizer
    expect(figures.loss).toBeGreaterThan(figures.mae!)
    expect(figures.loss).toBeLessThan(figures.mae! + 0.01)
  })
})

describe('plug-ins of a module', { timeout: 60_000 }, () => {
  it('may be classes, and the module is the plug-in', async () => {
    sandbox.write(
      'gradus.config.ts',
      `import { Swish } from './my-layer.ts'
       export default { ...${JSON.stringify(ownConfig)}, plugins: [Swish, './training.mjs'] }`,
    )
    expect((await sandbox.run(['train', 'gradus.config.ts', '--quiet'])).code).toBe(0)
    expect(sandbox.json('runs/own-1/config.json').plugins).toEqual(['../../training.mjs', '../../gradus.config.ts'])
  })

  it('that it also imports are those of the list', async () => {
    sandbox.write(
      'gradus.config.ts',
      `import { Swish } from './my-layer.ts'
       export const unused = new Swish()
       export default ${JSON.stringify(ownConfig)}`,
    )
    expect((await sandbox.run(['train', 'gradus.config.ts', '--quiet'])).code).toBe(0)
    expect(sandbox.json('runs/own-1/config.json').plugins).toEqual(['../../my-layer.ts', '../../training.mjs'])
    sandbox.write('gradus.config.ts', 'export default {}') // no part of the run
    expect(await sandbox.run(['train', '--resume', 'runs/own-1', '--epochs', '5', '--quiet'])).toMatchObject({
      code: 0,
    })
  })
})

describe('examples/own-classes', { timeout: 60_000 }, () => {
  const folder = fileURLToPath(new URL('../../../../examples/own-classes/', import.meta.url))

  it.each(['config.yaml', 'gradus.config.ts'])('%s reaches an accuracy of 0.94 to 0.96', async (name) => {
    const { code, out, err } = await sandbox.run(['train', folder + name])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const accuracy = Number(/^ {2}accuracy: (\S+)/m.exec(out)![1])
    expect(accuracy).toBeGreaterThan(0.94)
    expect(accuracy).toBeLessThan(0.96)
  })
})
