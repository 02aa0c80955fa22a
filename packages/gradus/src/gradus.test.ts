import * as allCallbacks from '@gradus/callbacks'
import * as allLayers from '@gradus/layers'
import * as allLosses from '@gradus/losses'
import * as allMetrics from '@gradus/metrics'
import * as allOptimizers from '@gradus/optimizers'
import { expect, it, vi } from 'vitest'
import * as gradus from './index.ts'
import { Adam, currentBackend, Dense, fromSpec, input, loadModel, Model, Sequential, standard } from './index.ts'

/** The exports that are not classes of a kind: namespaces, classes and functions. */
const otherNames = new Set(
  `activations boundingBoxes FeatureSpace callbacks constraints distillation initializers layers losses metrics ops optimizers regularizers schedules
  BackendError ConfigError CsvTable DataError DivergenceError FormatError Pipeline ProgressBar Registry Rng ShapeError
  SymbolicTensor Tensor TraceError activation auto check cloneModel compile copyOf cpu currentBackend customGradient decorate
  defineConfig fallback fansOf featureRange findLeaks firstMask fitDataFields fromArrays fromIterable fromSpec grad hasBackend
  hessian initLayer input jacobian jvp lineWriter loadModel memory normalize onBackend ones operation padSequences profile
  readCsv scaleToUnit setDefaultBackend splitDataset standard statelessCall stopGradient tensor tidy toBackend
  toCategorical toCsv trainTestSplit treeForEach treeLeaves enableAdapters
  arrayToImg encodeImg fromPixels imageDatasetFromDirectory imgToArray loadImg saveImg smartResize toPixels
  clearSession setRandomSeed datasets utils getFile getFileBytes getSourceInputs Progbar DirectoryDataset
  SequenceDataset audioDatasetFromDirectory datasetFromDirectory decodeWav directoryFields packXYSampleWeight resample
  textDatasetFromDirectory timeseriesDatasetFromArray unpackXYSampleWeight inferenceFunction loadAdapters mergeAdapters modelFromJson plotModel remat saveAdapters treeMap useBackend useDTypePolicy valueAndGrad vjp wasm zeros`.split(
    /\s+/,
  ),
)

/** The classes of a kind that are extended rather than registered. */
const baseClasses = new Set(
  `Callback Constraint HostLayer Initializer KernelLayer Layer Loss Metric Model Optimizer RecurrentCell RecurrentLayer
  Regularizer Schedule Sequential Wrapper`.split(/\s+/),
)

const x = [[0], [0.25], [0.75], [1]]
const y = [0, 0, 1, 1]

function classifier() {
  const layers = [new Dense({ units: 4, activation: 'relu' }), new Dense({ units: 2, activation: 'sigmoid' })]
  const model = new Sequential(layers, { seed: 2 })
  model.compile({
    optimizer: new Adam({ learningRate: 0.1 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  })
  return model
}

it('chooses the fastest backend when a model is made, not when it is imported', async () => {
  vi.resetModules()
  const fresh = await import('./index.ts')
  expect(fresh.hasBackend()).toBe(false)
  new fresh.Sequential()
  expect(fresh.currentBackend().name).toBe('wasm')
})

it('keeps the backend that was chosen', async () => {
  const chosen = gradus.cpu()
  await gradus.useBackend(chosen)
  const inputs = input({ shape: [1] })
  new Model({ inputs, outputs: inputs })
  expect(currentBackend()).toBe(chosen)
})

it('trains with names for loss and metrics', async () => {
  const model = classifier()
  const { history } = await model.fit(x, y, { epochs: 20, verbose: 0 })
  expect(history.loss!.at(-1)).toBeLessThan(history.loss![0]!)
  expect(history.accuracy!.at(-1)).toBe(1)
})

it('reads what it saved, names included', async () => {
  const model = classifier()
  await model.fit(x, y, { epochs: 2, verbose: 0 })
  const copy = await loadModel(await model.toBytes())
  expect((await copy.predict(x)).array()).toEqual((await model.predict(x)).array())
  expect(await copy.evaluate(x, y, { verbose: 0 })).toEqual(await model.evaluate(x, y, { verbose: 0 }))
})

it('builds models from data that compile with names', () => {
  const model = fromSpec({ model: 'Sequential', layers: [{ layer: 'Dense', units: 2, inputShape: [3] }] })
  model.compile({ optimizer: 'rmsprop', loss: 'mean_squared_error' })
  expect(model.optimizer?.type).toBe('RMSprop')
})

it('has layers, optimizers and callbacks by name, and the definitions of each kind together', () => {
  for (const [name, part] of Object.entries({ allCallbacks, allLayers, allOptimizers })) {
    const missing = Object.keys(part).filter((key) => !(key in gradus))
    expect(missing, name).toEqual([])
  }
  expect(gradus.losses.MeanSquaredError).toBe(allLosses.MeanSquaredError)
  expect(gradus.metrics.MeanSquaredError).toBe(allMetrics.MeanSquaredError)
  expect(gradus.layers.Dense).toBe(gradus.Dense)
  expect(gradus.initializers.Identity.kind).toBe('initializer')
  expect(gradus.activations.relu.kind).toBe('activation')
  expect(gradus.ops.relu.kind).toBe('operation')
})

it('shows no internals', () => {
  const names = Object.keys(gradus)
  expect(names.filter((name) => /Op$/.test(name))).toEqual([])
  for (const name of ['apply', 'Tape', 'Storage', 'paramsKey', 'floatText', 'Forward'])
    expect(names).not.toContain(name)
  // classes of a kind are meant to be there; each other name is in the list below
  const hasKind = (value: unknown) => typeof value === 'function' && 'kind' in value
  const others = Object.entries(gradus).flatMap(([name, value]) => (hasKind(value) ? [] : [name]))
  expect(others.filter((name) => !otherNames.has(name))).toEqual([])
})

it('shows the base classes and the registered classes of layers, optimizers, schedules and callbacks', () => {
  const inNamespaces = new Set([
    'loss',
    'metric',
    'activation',
    'initializer',
    'regularizer',
    'constraint',
    'operation',
  ])
  const registered = new Set(standard.definitions.map(({ type }): string => type))
  const shown = Object.entries(gradus).flatMap(([name, value]) =>
    typeof value === 'function' && 'kind' in value && typeof value.kind === 'string'
      ? [{ name, kind: value.kind, type: 'type' in value ? String(value.type) : name }]
      : [],
  )
  const bases = shown.filter(({ kind, type }) => inNamespaces.has(kind) || !registered.has(type))
  expect(bases.filter(({ name }) => !baseClasses.has(name)).map(({ name }) => name)).toEqual([])
})

it('has every class with a name in the registry', () => {
  const isNamed = (value: unknown): value is { kind: string; type: string } =>
    typeof value === 'function' && 'kind' in value && typeof (value as { type?: unknown }).type === 'string'
  const all = [allCallbacks, allLayers, allLosses, allMetrics, allOptimizers].flatMap((part): unknown[] =>
    Object.values(part),
  )
  const unknown = all.filter(isNamed).filter(({ kind, type }) => !standard.names(kind).includes(type))
  expect(unknown.map(({ kind, type }) => `${kind} ${type}`)).toEqual([])
  expect(standard.names('layer')).toContain('Dense')
})

it('compiles with rmsprop by default, as Keras', async () => {
  const model = new gradus.Sequential([new gradus.Dense({ units: 1, inputShape: [2] })])
  model.compile({ loss: 'mse' })
  expect((model.optimizer as gradus.Optimizer).type).toBe('RMSprop')
  await model.fit([[1, 2]], [1], { verbose: 0 })
})
