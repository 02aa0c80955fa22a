import type { Gradients, OptimizerState } from '@gradus/core'
import { type Tensor, type Tree, treeForEach } from '@gradus/tensor'
import { build } from '../build.ts'
import type { Check } from '../check.ts'
import { type CaseBase, camelCase, type Keras, type Recorded, type RecordedWeight, toTensor } from '../recorded.ts'

interface OptimizerCase extends CaseBase {
  readonly optimizer: Keras
  readonly variables: readonly RecordedWeight[]
  readonly gradients: readonly (readonly (Recorded | null)[])[]
  readonly learning_rate_per_step?: readonly number[]
  readonly values_after_step: readonly (readonly Recorded[])[]
  readonly optimizer_variables_initial?: readonly RecordedWeight[]
  readonly optimizer_variables_final?: readonly RecordedWeight[]
  readonly values_after_finalize?: readonly Recorded[]
  readonly dynamic_scale_per_step?: readonly number[]
  readonly exclude_from_weight_decay_var_names?: readonly string[]
}

/** Compares some steps with given gradients: values, learning rates and the state. */
export async function runOptimizer(entry: OptimizerCase, check: Check): Promise<void> {
  const { variables, gradients } = entry
  const excluded = entry.exclude_from_weight_decay_var_names
  const optimizer = build('optimizer', entry.optimizer, {
    ...(excluded && { excludeFromWeightDecay: pathsOf(variables, excluded) }),
  })
  let params: Tree = treeOf(variables, (index) => toTensor(variables[index]!))
  let state: OptimizerState = optimizer.init(params)
  await compareState(check, 'optimizer_variables_initial', state, entry)
  for (const [step, ofStep] of gradients.entries()) {
    const rate = entry.learning_rate_per_step?.[step]
    if (typeof rate === 'number')
      check.numbers(`learning_rate_per_step[${step}]`, await state.learningRate.data(), [rate])
    const grads = treeOf(variables, (index) => (ofStep[index] ? toTensor(ofStep[index]) : null)) as Gradients
    ;[params, state] = optimizer.update(grads, state, params)
    await compareValues(check, `values_after_step[${step}]`, params, variables, entry.values_after_step[step]!)
    const scale = entry.dynamic_scale_per_step?.[step]
    if (scale !== undefined) check.numbers('dynamic_scale_per_step', await state.lossScale.factor!.data(), [scale])
  }
  await compareState(check, 'optimizer_variables_final', state, entry)
  if (entry.values_after_finalize) {
    await compareValues(
      check,
      'values_after_finalize',
      optimizer.finalize(params, state),
      variables,
      entry.values_after_finalize,
    )
  }
}

async function compareState(
  check: Check,
  field: 'optimizer_variables_initial' | 'optimizer_variables_final',
  state: OptimizerState,
  entry: OptimizerCase,
): Promise<void> {
  const seen = new Map<string, number>()
  for (const expected of entry[field] ?? []) {
    const { path } = expected
    const occurrence = seen.get(path) ?? 0
    seen.set(path, occurrence + 1)
    if (unusedByKeras.test(path)) continue
    await check.close(`${field}.${path}`, variableOf(state, path, entry.variables, occurrence), expected)
  }
}

/** Variables that wrappers of optimizers have in Keras and do not use. */
const unusedByKeras = /^(loss_scale_optimizer(_\d+)?\/(iteration|learning_rate)|multi_optimizer(_\d+)?\/learning_rate)$/

async function compareValues(
  check: Check,
  field: string,
  params: Tree,
  variables: readonly RecordedWeight[],
  expected: readonly Recorded[],
): Promise<void> {
  const leaves = leavesOf(params)
  for (const [index, value] of expected.entries()) {
    await check.close(`${field}[${index}]`, leaves.get(pathOf(variables[index]!)), value)
  }
}

function pathOf({ path }: RecordedWeight): string {
  return path.replaceAll('/', '.')
}

function treeOf<T>(variables: readonly RecordedWeight[], make: (index: number) => T): never {
  const root: Record<string, Record<string, unknown>> = {}
  variables.forEach(({ path }, index) => {
    const words = path.split('/')
    let branch: Record<string, unknown> = root
    for (const word of words.slice(0, -1)) branch = (branch[word] ??= {}) as Record<string, unknown>
    branch[words.at(-1)!] = make(index)
  })
  return root as never
}

function leavesOf(tree: Tree): Map<string, Tensor> {
  const leaves = new Map<string, Tensor>()
  treeForEach(tree, (leaf, path) => leaves.set(path, leaf))
  return leaves
}

/** The paths of variables with names that match a pattern, by which Keras excludes them. */
function pathsOf(variables: readonly RecordedWeight[], patterns: readonly string[]): string[] {
  return variables.filter(({ name }) => patterns.some((pattern) => new RegExp(pattern).test(name))).map(pathOf)
}

/**
 * A variable of the state by its path in Keras: `adam/layer_0_kernel_velocity` is the slot `velocity` at `layer_0.kernel`.
 * Adafactor names the means of rows and of columns both by the last word of the path, so `occurrence` counts equal paths.
 */
function variableOf(
  outer: OptimizerState,
  path: string,
  variables: readonly RecordedWeight[],
  occurrence: number,
): Tensor | undefined {
  const [optimizer, own = optimizer!] = path.split('/')
  const inner = (outer['inner'] ?? {}) as Readonly<Record<string, OptimizerState>>
  const states = [inner[optimizer!] ?? outer, ...Object.values(inner)]
  const state = states[0]!
  if (own === 'iteration') return state.iteration
  if (own === 'learning_rate') return state.learningRate
  if (own === 'dynamic_scale') return state.lossScale.factor
  if (own === 'step_counter') return state.lossScale.streak
  // Nadam's product has no name
  if (/^variable(_\d+)?$/.test(own)) return states.flatMap(({ shared }) => Object.values(shared))[0]
  // the longest prefix: `dense_1_kernel` before `dense`
  const owners = variables
    .map((variable) => ({ variable, prefix: `${variable.path.replaceAll('/', '_')}_` }))
    .filter(({ prefix }) => own.startsWith(prefix))
    .sort((a, b) => b.prefix.length - a.prefix.length)
  const owned = owners[0]
  if (owned) {
    const slot = camelCase(own.slice(owned.prefix.length))
    const tree =
      slot === 'average' ? state.average : slot === 'gradientAccumulator' ? state.accumulated : state.slots[slot]
    return tree && leavesOf(tree).get(pathOf(owned.variable))
  }
  const named = variables.find((variable) => variable.path.split('/').at(-1) === own)
  if (!named) return undefined
  const trees = states.map(({ slots }) => Object.values(slots)[occurrence])
  return trees.map((tree) => tree && leavesOf(tree).get(pathOf(named))).find((leaf) => leaf !== undefined)
}
