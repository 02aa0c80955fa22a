import '../backend.ts'
import { type Configured, DataError, isPlainObject, type ModelSpec } from '@gradus/core'
import fc from 'fast-check'
import * as gradus from 'gradus'
import { fromSpec, Sequential, standard } from 'gradus'
import { deepList, hostile } from '../hostile.ts'
import { loader } from '../loader.ts'
import { jsonCases } from '../mutate-json.ts'
import { goodSpecs } from './good-specs.ts'

// Options that a program gives: values that no file holds, such as objects that contain themselves.

/** An object that contains itself under a key. */
function cyclicObject(key: string): Record<string, unknown> {
  const value: Record<string, unknown> = {}
  value[key] = value
  return value
}

function cyclicList(): unknown[] {
  const value: unknown[] = []
  value.push(value)
  return value
}

/** Objects of which each holds the next one twice: as a tree it has 2 ** 64 leaves. */
function doubled(): unknown {
  let value: unknown = {}
  for (let level = 0; level < 64; level++) value = { a: value, b: value }
  return value
}

const kindKeys = ['optimizer', 'loss', 'metric', 'layer', 'callback', 'schedule', 'regularizer', 'initializer', 'inner']

/** Values of programs; functions make them, so that no case changes those of another. */
const made: readonly (() => unknown)[] = [
  ...[...kindKeys, 'a', 'args', 'config', 'toJSON', 'length'].map((key) => () => cyclicObject(key)),
  cyclicList,
  () => ({ optimizer: 'Adam', learningRate: cyclicObject('schedule') }),
  () => ({ layer: 'Dense', units: cyclicList() }),
  () => Object.assign(cyclicObject('inner'), { layer: 'Bidirectional' }),
  () => Object.assign(cyclicObject('loss'), { a: 'mse' }),
  () => [new Map([[1, cyclicObject('a')]])],
  doubled,
  () => deepList(300),
  () => deepList(20_000),
  () => new Array(2 ** 20).fill([]),
  () => new Array(2 ** 20).fill(1),
  () => ({ length: 2 ** 32 }),
  () => 'x'.repeat(2 ** 24),
  () => new Proxy({}, { ownKeys: () => ['a'], getOwnPropertyDescriptor: () => undefined }),
  () => Object.create(null),
  () => Object.create({ optimizer: 'adam' }),
  () => Symbol('s'),
  () => 10n,
  () => (value: unknown) => value,
  () => class {},
  () => new Date(Number.NaN),
  () => new Map(),
  () => new Float32Array(3),
  () => gradus.tensor([1, 2]),
  () => new gradus.layers.Dense({ units: 2 }),
  () => gradus.layers.Dense,
  () => gradus.optimizers.Adam,
  () => new gradus.optimizers.Adam(),
  () => new gradus.losses.MeanSquaredError(),
  () => Promise.resolve('adam'),
  () => undefined,
]

const valuesOf = (from: readonly (() => unknown)[]) =>
  fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...from).map((make) => make()) }, { weight: 1, arbitrary: hostile })
const values = valuesOf(made)

const compileKeys = [
  'optimizer',
  'loss',
  'lossWeights',
  'metrics',
  'weightedMetrics',
  'jit',
  'stepsPerExecution',
  'registry',
]
const goodCompile = { optimizer: 'adam', loss: 'mse', metrics: ['mae'] }

/** Puts a value under a key, in place of a whole option, or in an object or a list of it. */
const placed = (keys: readonly string[]) =>
  fc
    .tuple(
      fc.constantFrom(...keys),
      values,
      fc.constantFrom('whole', 'named', 'list', 'nested'),
      fc.constantFrom(...kindKeys, 'a', 'dense_1'),
    )
    .map(([key, value, form, name]) => {
      const forms = { whole: value, named: { [name]: value }, list: [value], nested: [{ [name]: [value] }] }
      return { [key]: forms[form] }
    })

const small = { model: 'Sequential', layers: [{ layer: 'Dense', units: 2, inputShape: [3] }] } as unknown as ModelSpec
const [x, y] = [
  [
    [1, 2, 3],
    [3, 2, 1],
  ],
  [
    [1, 0],
    [0, 1],
  ],
]

export const compileCode = loader({
  name: 'options of compile in code',
  covers: [],
  cases: fc.oneof(
    fc.tuple(placed(compileKeys), placed(compileKeys)).map(([a, b]) => ({ ...goodCompile, ...a, ...b })),
    placed(compileKeys).map((options) => ({ ...goodCompile, ...options })),
    values,
  ),
  async read(options) {
    const model = fromSpec(small)
    model.compile(options as Parameters<typeof model.compile>[0])
    await model.evaluate(x, y, { verbose: 0 })
    await model.toBytes()
  },
})

const classes = standard.definitions.filter(
  (definition) => typeof definition === 'function' && definition.prototype !== undefined,
) as unknown as readonly ClassOf[]

interface ClassOf {
  new (config?: unknown): Configured
  readonly kind: string
  readonly type: string
  readonly fields?: object
}

/** Options that the class has, and others. */
const configs = fc.constantFrom(...classes).chain((Type) => {
  const names = Object.keys(Type.fields ?? {})
  const given =
    names.length === 0 ? values : fc.oneof({ weight: 8, arbitrary: placed(names) }, { weight: 1, arbitrary: values })
  return fc.tuple(
    fc.constant(Type),
    given,
    fc.dictionary(fc.constantFrom('name', 'units', 'monitor', 'filepath', 'a'), values, { maxKeys: 1 }),
  )
})

export const configCode = loader({
  name: 'options of classes in code',
  covers: [],
  cases: configs,
  read([Type, given, others]) {
    const config = isPlainObject(given) ? { ...others, ...given } : given
    return new Type(config).toSpec()
  },
})

export const specCode = loader({
  name: 'specs in code',
  covers: [],
  cases: fc.oneof(
    values,
    fc.tuple(jsonCases(goodSpecs), values).map(([spec, value]) => ({ ...(spec as object), layers: value })),
    configs.map(([{ kind, type }, given, others]) => ({
      ...others,
      ...(isPlainObject(given) && given),
      [kind]: type,
      kind,
    })),
  ),
  read(spec) {
    if (!isPlainObject(spec) || typeof spec['kind'] !== 'string') return fromSpec(spec as ModelSpec)
    const { kind, ...data } = spec
    return standard.parse(kind as 'layer', data)
  },
})

export const layerCode = loader({
  name: 'layers and options of a model in code',
  covers: [],
  cases: fc.tuple(
    fc.oneof(values, fc.array(values, { maxLength: 2 })),
    fc.oneof(fc.constant(undefined), values, placed(['seed', 'name', 'dtypePolicy', 'a'])),
  ),
  read: ([layers, options]) => new Sequential(layers as never, options as never).toSpec(),
})

const fitKeys = [
  'epochs',
  'batchSize',
  'callbacks',
  'validationData',
  'validationSplit',
  'classWeight',
  'sampleWeight',
  'shuffle',
  'initialEpoch',
  'stepsPerEpoch',
  'verbose',
  'signal',
  'resumeFrom',
  'validationSteps',
  'validationFreq',
  'a',
]

const model = fromSpec(small)
model.compile(goodCompile as Parameters<typeof model.compile>[0])

export const fitCode = loader({
  name: 'options of fit in code',
  covers: [],
  cases: fc.oneof(placed(fitKeys), values),
  async read(options) {
    // many epochs are no fault
    const usual = { epochs: 1, verbose: 0, stepsPerEpoch: 1, signal: AbortSignal.timeout(100) } as const
    const given = isPlainObject(options) ? { ...usual, ...options } : options
    await model.fit(x, y, given as never).catch((error: Error) => {
      if (error.name !== 'TimeoutError') throw error
    })
  },
})

// functions of tensors take trees, which they walk to the end
const data = valuesOf(made.filter((make) => make !== doubled))

export const sampleCode = loader({
  name: 'samples in code',
  covers: [],
  cases: fc.tuple(
    fc.oneof(
      data,
      data.map((value) => [value]),
      jsonCases([x, { a: x }]),
      fc.constant(x),
    ),
    fc.oneof(
      data,
      data.map((value) => [value]),
      jsonCases([y]),
      fc.constant(y),
    ),
    fc.constantFrom('evaluate', 'predict', 'tensor', 'trainOnBatch'),
  ),
  async read([inputs, targets, use]) {
    if (use === 'tensor') return tensorOf(inputs)
    if (use === 'predict') return model.predict(inputs as number[], { steps: 1 })
    if (use === 'evaluate') return model.evaluate(inputs as number[], targets as number[], { verbose: 0, steps: 1 })
    return model.trainOnBatch(inputs as number[], targets as number[])
  },
})

/** Calls `tensor`, of which the error for values of other types is a `TypeError`. */
function tensorOf(given: unknown): gradus.Tensor {
  try {
    return gradus.tensor(given as number[])
  } catch (error) {
    const { message } = error as Error
    throw message.startsWith('tensor: ') ? new DataError(message) : error
  }
}
