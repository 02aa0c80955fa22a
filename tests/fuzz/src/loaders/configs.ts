import '../backend.ts'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { standard } from 'gradus'
import { stringify } from 'yaml'
import { readConfig } from '../../../../apps/cli/src/config/read-config.ts'
import { type Resolved, resolveGiven } from '../../../../apps/cli/src/config/resolve-config.ts'
import { shortcuts } from '../../../../apps/cli/src/config/shortcuts.ts'
import { loadPlugins, plainRegistry } from '../../../../apps/cli/src/plugins/load-plugins.ts'
import { small } from '../../../../apps/cli/src/testing/sandbox.ts'
import { buildModel, compileModel } from '../../../../apps/cli/src/train/prepare.ts'
import { readData } from '../../../../apps/cli/src/train/read-data.ts'
import { hostile, jsonOf } from '../hostile.ts'
import { type Loader, loader } from '../loader.ts'
import { mutatedText } from '../mutate-bytes.ts'
import { jsonCases } from '../mutate-json.ts'
import { goodParts, goodSpecs } from './good-specs.ts'

const folder = mkdtempSync(join(tmpdir(), 'gradus-fuzz-'))

/** Configs that can be read. */
const good: readonly object[] = [
  small,
  {
    ...small,
    dtypePolicy: 'mixedFloat16',
    data: {
      train: 'a.csv',
      inputs: { x: { scale: [0, 1] }, z: null },
      target: ['y'],
      classes: ['no', 'yes'],
      delimiter: ';',
      missing: 'mean',
      split: { validation: 0.2, strata: 'y' },
      columns: { z: { kind: 'number', scale: 'range' }, y: 'category' },
      task: 'classification',
      classWeight: 'balanced',
    },
    model: goodSpecs[0],
    optimizer: goodParts.optimizers[2],
    loss: goodParts.losses[2],
    metrics: goodParts.metrics,
    callbacks: goodParts.callbacks,
    explain: true,
  },
]

const aliases = [
  `${stringify(small)}callbacks: *unknown\n`,
  `name: &a [*a]\n${stringify(good[1])}`,
  `$schema: &a {b: *a}\n${stringify(small)}`,
  `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefghi'
    .split('')
    .map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]}, `.repeat(9)}1]`)
    .join('\n')}\n`,
  `model: &m\n  model: Sequential\n  layers: [*m]\n${stringify({ ...small, model: undefined })}`,
  `? {a: 1}\n: 2\n`,
  `a: !!binary gA==\nb: !!set {x}\nc: !!timestamp 2001-01-01\nd: !unknown 1\n`,
  '[[[[[[[[[['.repeat(600),
  'a: '.repeat(3),
  '<<: {__proto__: {polluted: true}}\n',
  '--- 1\n--- 2\n',
]

/** Reads a config as \`train\` does before it reads data. */
async function read(name: string, text: string, set: readonly string[] = [], env = {}): Promise<void> {
  writeFileSync(join(folder, name), text)
  const { given } = await resolveGiven(await readConfig(name, folder), { set }, { cwd: folder, env })
  const { model: spec, optimizer, loss, metrics = [], callbacks = [], data } = given
  if (optimizer !== undefined) standard.parse('optimizer', optimizer)
  callbacks.map((one, index) => standard.parse('callback', one, `callbacks[${index}]`))
  if (spec === undefined) return
  const model = buildModel(given as Resolved, plainRegistry())
  if (optimizer !== undefined && loss !== undefined)
    compileModel(model, { loss, metrics }, standard.parse('optimizer', optimizer), plainRegistry())
  model.build([null, Object.keys(data.inputs ?? { x: null }).length])
}

export const yaml = loader({
  name: 'configs in YAML',
  covers: ['resolveGiven', 'readConfig', 'checkConfig'],
  cases: fc.oneof(
    { weight: 10, arbitrary: jsonCases(good).map(toYaml) },
    { weight: 10, arbitrary: mutatedText(good.map((config) => stringify(config))) },
    { weight: 2, arbitrary: fc.constantFrom(...aliases) },
    { weight: 2, arbitrary: mutatedText(aliases) },
  ),
  read: (text) => read('a.yaml', text),
  close: () => rmSync(folder, { recursive: true, force: true }),
})

function toYaml(value: unknown): string {
  try {
    return stringify(value) ?? ''
  } catch {
    return jsonOf(value) // the writer of YAML fails where values are nested deeply
  }
}

export const json = loader({
  name: 'configs in JSON',
  covers: [],
  cases: fc.oneof(
    jsonCases(good).map((value) => jsonOf(value)),
    mutatedText(good.map((config) => JSON.stringify(config))),
  ),
  read: (text) => read('a.json', text),
})

/** Values of a module that JSON does not have. */
const moduleValues: readonly string[] = [
  '() => 1',
  'undefined',
  'Symbol()',
  '5n',
  'new Map()',
  'new Date(Number.NaN)',
  'new Proxy({}, { get() { throw 1 } })',
  'Object.create(null)',
  'Object.create({ a: 1 })',
  'class {}',
  'new layers.Dense({ units: 2 })',
  'layers.Dense',
  '[new layers.Dense({ units: -1 })]',
  '(() => { const a = {}; a.a = a; return a })()',
  '(() => { const a = []; a.push(a); return a })()',
  '(() => { throw new TypeError("mine") })()',
  'Promise.resolve(1)', // not one that rejects: without a handler it ends the process, whoever reads the config
  '{ get a() { throw new RangeError("mine") } }',
  'new Float32Array(3)',
]

const moduleTexts = fc
  .tuple(
    jsonCases(good),
    fc.constantFrom('model', 'data', 'optimizer', 'fit', 'callbacks', 'loss', 'extra'),
    fc.constantFrom(...moduleValues),
  )
  .map(([config, key, value]) => {
    const text = jsonOf(config)
    return `import { layers } from 'gradus'\nexport default { ...(${text}), ${key}: ${value} }\n`
  })

export const modules: Loader = loader({
  name: 'configs in modules',
  covers: [],
  cases: fc.oneof(
    { weight: 6, arbitrary: moduleTexts },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(...moduleValues)
        .map((value) => `import { layers } from 'gradus'\nexport default ${value}\n`),
    },
    { weight: 2, arbitrary: mutatedText([`export default ${JSON.stringify(small)}\n`], 2) },
  ),
  read: (text) => read('a.ts', text),
})

const definitionTexts = [
  "class extends Layer { static type = 'acme/A'; apply(x) { return x } }",
  "class extends Layer { static type = 'Dense' }",
  'class extends Layer {}',
  "Object.assign(() => 1, { kind: 'backend', type: 'acme' })",
  "Object.assign(() => 1, { kind: 'layer', type: '' })",
  "Object.assign(class {}, { kind: 'layer', type: 'acme/B', fields: null, aliases: [3] })",
  "new (class extends Layer { static type = 'acme/C' })()",
  'new (class extends Layer {})()',
] as const

export const plugins: Loader = loader({
  name: 'plug-ins',
  covers: ['loadPlugins'],
  cases: fc.oneof(
    fc
      .array(fc.constantFrom(...moduleValues, ...definitionTexts), { minLength: 1, maxLength: 3 })
      .map((values) => values.map((value, index) => `export const a${index} = ${value}\n`).join('')),
    mutatedText(definitionTexts.map((text) => `export default ${text}\n`)),
  ),
  read: (text) => {
    const path = join(folder, 'plugin.ts')
    writeFileSync(path, `import { Layer, layers } from 'gradus'\n${text}`)
    return loadPlugins([path], { folders: [folder] })
  },
})

const places = fc.oneof(
  fc.constantFrom(
    'fit.epochs',
    'optimizer.learningRate',
    'model.layers[0].units',
    'callbacks',
    'data.inputs',
    'model.layers[9]',
  ),
  fc.constantFrom(
    '__proto__.polluted',
    'constructor.prototype.polluted',
    'model.__proto__.polluted',
    'model.constructor.polluted',
  ),
  fc.constantFrom('toString.a', 'model.layers.length', 'model.layers.push.a', 'fit.valueOf', ''),
  fc.string({ maxLength: 12 }),
)

const values = fc.oneof(hostile.map(jsonOf), mutatedText(['[1, {a: 2}]', '0.1']))

export const overrides = loader({
  name: '--set',
  covers: ['fromFlags', 'override'],
  cases: fc.array(
    fc.tuple(places, values).map((pair) => pair.join('=')),
    { minLength: 1, maxLength: 3 },
  ),
  read: (set) => read('set.json', JSON.stringify(small), set),
})

export const environment = loader({
  name: 'environment variables',
  covers: ['fromEnvironment'],
  cases: fc.dictionary(fc.constantFrom(...shortcuts.map(({ variable }) => variable)), values, { minKeys: 1 }),
  read: (env) => read('env.json', JSON.stringify(small), [], env),
})

const csv = ['x,y\n0.5,1\n0.25,0\n', 'x;y\r\n"0.5";1\r\n', 'x,y\n1,no\n2,yes\n']
const columns = [
  { inputs: ['x'], target: 'y' },
  { inputs: { x: { scale: [0, 2] } }, target: ['y'], classes: ['no', 'yes'], rows: 2 },
]

export const samples = loader({
  name: 'samples of a config',
  covers: ['readData'],
  cases: fc.tuple(mutatedText(csv), fc.constantFrom(...columns), fc.constantFrom(',', ';')),
  read([text, config, delimiter]) {
    const path = join(folder, 'a.csv')
    writeFileSync(path, text)
    return readData({ ...small, data: { train: path, delimiter, ...config } } as never)
  },
})
