import {
  type ArrayData,
  asDataset,
  type CallbackHooks,
  ConfigError,
  type ConfigOf,
  checkFields,
  DataError,
  type Dataset,
  type DatasetLike,
  describeValue,
  type InputData,
  isDataset,
  isHostValues,
  isPlainObject,
  joinFields,
  type Kind,
  type Named,
  type Optimizer,
} from '@gradus/core'
import type { SampleWeightData } from '../input/index.ts'
import { type CompileOptions, type NameResolver, resolveOption } from '../objective/index.ts'
import type { OptimizerSet } from '../step/index.ts'

const commonFields = {
  /** Samples per batch (default 32). Not for datasets, which make their own batches. */
  batchSize: { type: 'integer', min: 1, default: 32 },
  /** The largest number of batches (default all). */
  steps: { type: 'integer', min: 1 },
  callbacks: { type: 'unknown' as Kind<readonly CallbackHooks[]>, default: [] },
} as const

/** Figures are by name in any case. */
const figureFields = {
  /** True: figures are returned by name, as always. */
  returnDict: { oneOf: [true] },
} as const

const predictFields = /* @__PURE__ */ joinFields(commonFields, {
  /** How much is printed (default 0). */
  verbose: { oneOf: ['auto', 0, 1, 2], default: 0 },
} as const)

const evaluateFields = /* @__PURE__ */ joinFields(commonFields, figureFields, {
  /** How much is printed (default `auto`). */
  verbose: { oneOf: ['auto', 0, 1, 2], default: 'auto' },
  /** Weight of each sample in the loss and in the weighted metrics. */
  sampleWeight: { type: 'unknown' as Kind<SampleWeightData> },
} as const)

const batchFields = /* @__PURE__ */ joinFields(figureFields, {
  /** Weight of each sample in the loss and in the weighted metrics. */
  sampleWeight: { type: 'unknown' as Kind<SampleWeightData> },
} as const)

const trainBatchFields = /* @__PURE__ */ joinFields(batchFields, {
  /** Weight of each class in the loss, by label. */
  classWeight: 'numbersByName',
} as const)

/** The options of `compile`. Their values are checked when they are resolved. */
const compileFields = {
  optimizer: 'unknown',
  loss: 'unknown',
  lossWeights: ['number', 'numbers', 'numbersByName'],
  metrics: 'unknown',
  weightedMetrics: 'unknown',
  jit: 'boolean',
  jitCompile: { type: 'boolean', or: ['auto'] },
  runEagerly: 'boolean',
  stepsPerExecution: { type: 'integer', min: 1 },
  registry: 'unknown',
} as const

const fileFields = { formats: 'unknown' } as const
const readFields = { formats: 'unknown', files: 'unknown' } as const

/** Options of `predict`. */
export interface PredictOptions extends ConfigOf<typeof predictFields> {}

/** Options of `evaluate`. */
export interface EvaluateOptions extends ConfigOf<typeof evaluateFields> {}

/** Options of `trainOnBatch`, and without `classWeight` of `testOnBatch`. */
export interface BatchOptions extends ConfigOf<typeof trainBatchFields> {}

/** The options of each method, for checks. */
const fieldsOf = {
  compile: compileFields,
  evaluate: evaluateFields,
  predict: predictFields,
  predictAll: predictFields,
  trainOnBatch: trainBatchFields,
  testOnBatch: batchFields,
  toBytes: { weightsOnly: 'boolean', fit: 'unknown' },
  save: /* @__PURE__ */ joinFields(fileFields, { fit: 'unknown' }),
  export: fileFields,
  saveWeights: fileFields,
  loadWeights: /* @__PURE__ */ joinFields(readFields, { byName: 'boolean', skipMismatch: 'boolean' }),
  restore: readFields,
  loadModel: /* @__PURE__ */ joinFields(readFields, {
    registry: 'unknown',
    classes: 'unknown',
    customObjects: 'unknown',
    compile: 'boolean',
  }),
} as const

/** Throws `ConfigError` for options that the method does not have and for values of other types. */
export function checkOptions(method: keyof typeof fieldsOf, options: unknown): void {
  checkFields(method, options as object, fieldsOf[method])
}

/** The methods of Keras that a subclass may have written in place of others here. */
const kerasMethods = {
  train_step: 'trainStep(batch, step)',
  test_step: 'testStep(batch, step)',
  predict_step: 'predictStep(x, step)',
  compute_loss: 'computeLoss({ x, y, yPred, sampleWeight })',
  compute_metrics: 'trainStep and testStep, which return the figures',
  computeMetrics: 'trainStep and testStep, which return the figures',
} as const

/** Throws `ConfigError` for a subclass with a method of Keras that nothing calls. */
export function refuseKerasMethods(model: object): void {
  for (const [name, own] of Object.entries(kerasMethods)) {
    if (!(name in model)) continue
    throw new ConfigError(
      `The class ${model.constructor.name} has a method ${name}, which nothing calls. Write ${own}.`,
    )
  }
}

/**
 * Sorts the arguments of `fit`, `steps` and `evaluate`. With a dataset the options may be the second argument or the third.
 * Throws `ConfigError` for a second argument that is neither targets nor options.
 */
export function fitArguments<O>(
  source: Named<InputData> | DatasetLike,
  y: Named<ArrayData> | O | undefined,
  options: O | undefined,
): { data: { x: Named<InputData> | Dataset; y: Named<ArrayData> | undefined }; options: O | undefined } {
  // with options in second place they would be taken for targets
  if ((source as unknown) instanceof Promise && isPlainObject(y) && options === undefined)
    throw new ConfigError('x is a promise (put await before it).')
  const x = asDataset<Named<InputData>>(source)
  if (Array.isArray(options)) {
    throw new ConfigError(`The options are an object, as in { epochs: 3 }, and not ${describeValue(options)}.`)
  }
  const given = y ?? undefined
  if (isPlainObject(given) && !isHostValues(given)) {
    if (isDataset(x) && options === undefined) return { data: { x, y: undefined }, options: given as O }
    const [key, value] = Object.entries(given).find(([, entry]) => typeof entry !== 'object') ?? []
    if (key !== undefined) {
      throw new ConfigError(
        `The second argument holds the targets, and '${key}' in it is ${describeValue(value)}. Options come third, as in fit(x, y, { epochs: 3 }).`,
      )
    }
  }
  return { data: { x, y: given as Named<ArrayData> | undefined }, options }
}

/** Throws `DataError` for a dataset in the place of one batch. */
export function requireOneBatch(method: string, x: unknown): void {
  if (!isDataset(x)) return
  throw new DataError(
    `${method} takes one batch, as in ${method}(x, y), and got a dataset. Take the batches one by one: for await (const { x, y } of dataset).`,
  )
}

/**
 * Resolves the option `optimizer`: one optimizer, or several by the names of the parts of the model that they train. Without it a
 * registry is asked for `rmsprop`, as in Keras.
 */
export function resolveOptimizers(
  given: CompileOptions['optimizer'],
  registry: NameResolver | undefined,
): OptimizerSet {
  const option = given ?? (registry ? 'rmsprop' : undefined)
  const resolve = (value: unknown, path: string) => resolveOption('optimizer', value, registry, path) as Optimizer
  const several = isPlainObject(option) && typeof option['optimizer'] !== 'string'
  if (!several || Object.keys(option).length === 0) return resolve(option, 'compile: optimizer')
  return Object.fromEntries(
    Object.entries(option).map(([name, value]) => [name, resolve(value, `compile: optimizer.${name}`)]),
  )
}
