import { type FunctionalSpec, isPlainObject, type Logs, type ModelSpec, type Optimizer } from '@gradus/core'
import { compileFromKeras } from '@gradus/io'
import { type Tree, treeLeaves } from '@gradus/tensor'
import { type CompileOptions, fromSpec, type Model, type StandardNames } from 'gradus'
import { decodeModel } from 'gradus/io'
import { requireName, specOfKeras, withKnownOptions } from './build.ts'
import type { Check, Leniency } from './check.ts'
import { Unsupported } from './outcome.ts'
import { camelCase, isRecorded, type Keras, type Recorded, type RecordedWeight, toHost } from './recorded.ts'

export type AnyModel = Model

/** The arguments of `compile`, with Keras objects and identifiers. */
export interface CompileCase {
  readonly optimizer: Keras
  readonly loss?: Keras
  readonly loss_weights?: unknown
  readonly metrics?: unknown
  readonly weighted_metrics?: unknown
  readonly steps_per_execution?: number
}

export interface BuiltModel {
  readonly model: AnyModel
  readonly spec: ModelSpec
}

export function buildModel(keras: Keras): BuiltModel {
  const spec = specOfKeras(keras) as ModelSpec
  if (typeof spec !== 'object' || spec === null || !('model' in spec)) throw new Unsupported('a model of this kind')
  return { spec, model: withKnownOptions(() => fromSpec(spec)) }
}

export function compileModel(model: AnyModel, compile: CompileCase): void {
  const { steps_per_execution: steps, ...rest } = compile
  const options = specOfKeras({ compile_config: rest }, compileFromKeras) as Record<string, unknown>
  requireNames('optimizer', options['optimizer'])
  requireNames('loss', options['loss'])
  requireNames('metric', options['metrics'])
  requireNames('metric', options['weightedMetrics'])
  withKnownOptions(() =>
    model.compile({
      ...options,
      ...(steps && { stepsPerExecution: steps }),
    } as unknown as CompileOptions<StandardNames>),
  )
}

const chosenByShape = /^(acc(uracy)?|ce|crossentropy)$/i

/** Throws `Unsupported` for an unknown identifier in a string, a list or a record by output. */
function requireNames(kind: string, value: unknown): void {
  if (typeof value === 'string') {
    if (!(kind !== 'optimizer' && chosenByShape.test(value))) requireName(kind, value)
  } else if (typeof value === 'object' && value !== null && !(kind in value)) {
    for (const entry of Object.values(value)) requireNames(kind, entry)
  }
}

/** Compares the names of the weights and sets them, in Keras's order. */
export async function setWeights(model: AnyModel, check: Check, weights: readonly RecordedWeight[]): Promise<void> {
  check.equal(
    'initial_weights',
    model.variables.map(({ path }) => lastWord(path)),
    weights.map(({ path }) => lastWord(path)),
  )
  await model.setWeights(weights.map(toHost))
}

export async function compareWeights(
  model: AnyModel,
  check: Check,
  field: string,
  expected: readonly RecordedWeight[],
  leniency: Leniency = {},
): Promise<void> {
  const got = await model.getWeights()
  check.equal(`${field}.length`, got.length, expected.length)
  for (const [index, weight] of expected.entries()) {
    const own = got[index]
    if (own && own.shape.join() !== weight.shape.join()) {
      check.deviate(`${field}.${weight.path}`, `shape [${weight.shape.join(', ')}]`, `shape [${own.shape.join(', ')}]`)
    } else if (own) await check.close(`${field}.${weight.path}`, own.data, weight, leniency)
  }
}

/** Compares the optimizer's variables. Keras's names are like `adam/sequential_dense_kernel_momentum`. */
export async function compareOptimizer(
  model: AnyModel,
  check: Check,
  field: string,
  expected: readonly RecordedWeight[],
  weights: readonly RecordedWeight[],
  leniency: Leniency = {},
): Promise<void> {
  const state = new Map(decodeModel(await model.toBytes()).optimizer.map((value) => [value.path, value]))
  const own = model.variables
  for (const variable of expected) {
    const name = variable.path.split('/').at(-1)!
    // the longest prefix is the weight's: `dense_1_kernel_` before `dense_`
    const owner = weights
      .map(({ path }, index) => ({ index, prefix: `${path.replaceAll('/', '_')}_` }))
      .filter(({ prefix }) => name.startsWith(prefix))
      .sort((a, b) => b.prefix.length - a.prefix.length)[0]
    const slot = owner && camelCase(name.slice(owner.prefix.length))
    const ownerPath = owner && own[owner.index]?.path
    const tree = slot === 'average' ? 'average' : slot === 'gradientAccumulator' ? 'accumulated' : `slots.${slot}`
    // Keras gives the running product of Nadam no name
    const shared = /^variable(_\d+)?$/.test(name) ? 'shared.momentumProduct' : camelCase(name)
    const value = state.get(owner ? `${tree}.${ownerPath}` : shared)
    await check.close(`${field}.${variable.path}`, value?.data, variable, leniency)
  }
}

/** The number of updates of the weights. With accumulated gradients there is one in several steps. */
export async function updatesOf(model: AnyModel): Promise<number> {
  const { optimizer } = decodeModel(await model.toBytes())
  const steps = optimizer.find(({ path }) => path === 'iteration')?.data[0] ?? Number.NaN
  return Math.floor(steps / ((model.optimizer as Optimizer | undefined)?.config.gradientAccumulationSteps ?? 1))
}

/** Compares figures by key and epoch. */
export function compareHistory(
  check: Check,
  field: string,
  got: Readonly<Record<string, readonly number[]>>,
  expected: Readonly<Record<string, readonly (number | string)[]>>,
): void {
  check.equal(`${field}.keys`, Object.keys(got).sort(), Object.keys(expected).sort())
  for (const [key, values] of Object.entries(expected)) check.numbers(`${field}.${key}`, got[key] ?? [], values)
}

export function compareLogs(
  check: Check,
  field: string,
  got: Logs,
  expected: Readonly<Record<string, number | string>>,
): void {
  const lists = (logs: Readonly<Record<string, number | string>>) =>
    Object.fromEntries(Object.entries(logs).map(([key, value]) => [key, [value]]))
  compareHistory(check, field, lists(got) as Record<string, number[]>, lists(expected))
}

/** Compares predictions of one output, or of several by position or name. */
export async function comparePredictions(
  { model, spec }: BuiltModel,
  check: Check,
  field: string,
  x: Parameters<AnyModel['predictAll']>[0],
  expected: Recorded | readonly Recorded[] | Readonly<Record<string, Recorded>>,
): Promise<void> {
  const made = await model.predictAll<Tree>(x, { verbose: 0 })
  const got = treeLeaves(made)
  if (isRecorded(expected)) return check.close(field, got[0], expected)
  const names = namesOf(made, spec)
  for (const [key, value] of Object.entries(expected)) {
    const index = names.includes(key) ? names.indexOf(key) : Number(key)
    await check.close(`${field}.${key}`, got[index], value)
  }
}

/** The names of the outputs, if the model has any. */
function namesOf(outputs: Tree, spec: ModelSpec): string[] {
  const named = isPlainObject(outputs) ? outputs : (spec as FunctionalSpec).outputs
  return isPlainObject(named) ? Object.keys(named) : []
}

/** A summary without spaces at the ends of its lines. */
export function visible(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim()
}

function lastWord(path: string): string {
  return camelCase(path.split(/[./]/).at(-1)!)
}
