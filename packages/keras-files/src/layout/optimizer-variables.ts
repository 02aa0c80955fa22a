import { FormatError, normalizeName, type WeightValue } from '@gradus/core'
import type { LayerOutline, ModelOutline, TensorOutline } from '@gradus/io'
import type { Values } from '../hdf5/read-hdf5.ts'
import { allWeights } from './all-weights.ts'
import { snakeName } from './keras-names.ts'

/** A variable of a Keras optimizer. */
export interface OptimizerVariable {
  /** Its path in the state here; undefined for one that has no counterpart. */
  readonly path: string | undefined
  /** Its name in Keras: `dense_kernel_momentum`. */
  readonly name: string
}

/** Slots that Keras keeps apart: for all parameters those of the first group, then those of the next. */
const groupsOf: Readonly<Record<string, readonly (readonly string[])[]>> = {
  adam: [['momentum', 'velocity'], ['velocityHat']],
  adamw: [['momentum', 'velocity'], ['velocityHat']],
  rmsprop: [['velocity'], ['momentum'], ['averageGradient']],
}

const keptNames: Readonly<Record<string, string>> = { accumulated: 'gradient_accumulator' }

/**
 * The variables of an optimizer in Keras's order: the number of steps, the learning rate unless it follows a schedule, moving
 * averages, sums of gradients, slots, and what all parameters share. Undefined where Keras has no such optimizer.
 */
export function optimizerVariables(
  { layers, optimizerSpec }: Pick<ModelOutline, 'layers' | 'optimizerSpec'>,
  state: readonly TensorOutline[],
): OptimizerVariable[] | undefined {
  const known = new Map(state.map((tensor) => [tensor.path, tensor]))
  const { type, inner } = typeOf(optimizerSpec)
  if (type === undefined || !known.has('iteration')) return undefined
  const scaled = known.has('lossScale.factor') ? scaleVariables : []
  if (type === 'optimizermap') {
    const parts = variablesOfParts(layers, inner, state)
    return parts && [...scaled, variable('iteration'), { path: undefined, name: 'learning_rate' }, ...parts]
  }
  const { learningRate } = inner as { readonly learningRate?: unknown }
  const rate = typeof learningRate === 'object' && learningRate !== null ? [] : [variable('learningRate')]
  const parameters = parameterPaths(layers)
  const perParameter = (trees: readonly string[]) =>
    parameters.flatMap(({ path, name }) =>
      trees.flatMap((tree) => {
        const found = known.get(`${tree}.${path}`)
        // Keras has no variable where a slot is not used
        if (!found || (type === 'muon' && tree === 'slots.velocity' && found.shape.length === 0)) return []
        const slot = tree.replace('slots.', '')
        return [{ path: found.path, name: `${name}_${keptNames[slot] ?? snakeName(slot)}` }]
      }),
    )
  const slots = [...new Set(state.flatMap(({ path }) => /^slots\.([^.]+)\./.exec(path)?.[1] ?? []))]
  const groups = groupsOf[type] ?? [slots]
  const shared = state.filter(({ path }) => path.startsWith('shared.')).map(({ path }) => ({ path, name: 'variable' }))
  return [
    ...scaled,
    variable('iteration'),
    ...rate,
    ...perParameter(['average']),
    ...perParameter(['accumulated']),
    ...groups.flatMap((group) => perParameter(group.map((slot) => `slots.${slot}`))),
    ...shared,
  ]
}

/** The variables of the optimizers of a map, one optimizer after the other; undefined if the map names one of them twice. */
function variablesOfParts(layers: LayerOutline, map: object, state: readonly TensorOutline[]) {
  const { optimizerMap = {}, defaultOptimizer } = map as {
    readonly optimizerMap?: Readonly<Record<string, unknown>>
    readonly defaultOptimizer?: unknown
  }
  const specs = [...Object.values(optimizerMap), defaultOptimizer]
  const names = [...new Set(state.flatMap(({ path }) => /^inner\.([^.]+)\./.exec(path)?.[1] ?? []))]
  if (names.length !== specs.length) return undefined
  const parts = names.map((name, index) => {
    const prefix = `inner.${name}.`
    const own = state
      .filter(({ path }) => path.startsWith(prefix))
      .map((tensor) => ({ ...tensor, path: tensor.path.slice(prefix.length) }))
    const found = optimizerVariables({ layers, optimizerSpec: specs[index] }, own)
    return found?.map((one) => ({ ...one, path: one.path === undefined ? undefined : `${prefix}${one.path}` }))
  })
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined
}

/** The variables of Keras's LossScaleOptimizer, which come before those of the optimizer in it. */
const scaleVariables: readonly OptimizerVariable[] = [
  { path: undefined, name: 'iteration' },
  { path: undefined, name: 'learning_rate' },
  { path: 'lossScale.streak', name: 'step_counter' },
  { path: 'lossScale.factor', name: 'dynamic_scale' },
]

function variable(path: string): OptimizerVariable {
  return { path, name: snakeName(path) }
}

/** The class of an optimizer, and its options; of one around another those of the optimizer or map in it. */
function typeOf(spec: unknown): { type?: string; inner: object } {
  const options = typeof spec === 'string' ? { optimizer: spec } : ((spec ?? {}) as Readonly<Record<string, unknown>>)
  const { optimizer, innerOptimizer, optimizerMap } = options
  if (innerOptimizer !== undefined) return typeOf(innerOptimizer)
  if (optimizer === 'MultiOptimizer') return typeOf(optimizerMap)
  return typeof optimizer === 'string' ? { type: normalizeName(optimizer), inner: options } : { inner: options }
}

/** The trained parameters: their paths here, and their names in the names of Keras's optimizer variables. */
function parameterPaths(layers: LayerOutline): { path: string; name: string }[] {
  return allWeights(layers)
    .filter(({ trainable }) => trainable)
    .map(({ path }) => ({ path, name: path.split('.').map(snakeName).join('_') }))
}

/**
 * The state of an optimizer from the variables of a file, in Keras's order; empty where they are not those of this optimizer, which
 * then starts with a new state.
 */
export function readOptimizerVariables(outline: ModelOutline, found: readonly Values[]): WeightValue[] {
  const variables = optimizerVariables(outline, outline.optimizer)
  if (!variables) warnOfState(outline.optimizerSpec, 'read')
  if (!variables || found.length === 0) return []
  const byPath = new Map(outline.optimizer.map((tensor) => [tensor.path, tensor]))
  if (variables.length !== found.length) {
    console.warn(
      `The state of the optimizer in the file has ${found.length} variables, and the optimizer of the model ${variables.length}, so it is not loaded. Compile the model as it was compiled when it was saved.`,
    )
    return []
  }
  const state = variables.flatMap(({ path, name }, index): WeightValue[] => {
    if (path === undefined) return []
    const value = found[index]!
    const { shape } = byPath.get(path)!
    if (value.shape.join() !== shape.join() && !(shape.length === 0 && value.data.length === 1))
      throw new FormatError(
        `The variable ${index} of the optimizer in the file, ${name}, has the shape [${value.shape.join(', ')}]; expected [${shape.join(', ')}]. Load with compile: false and compile the model yourself.`,
      )
    return [{ ...value, shape, path, trainable: false }]
  })
  const missing = outline.optimizer.filter(({ path }) => !state.some((value) => value.path === path))
  return [...state, ...missing.map(unusedState)]
}

/** Says that the state of an optimizer is left out. */
export function warnOfState(spec: unknown, verb: 'read' | 'written'): void {
  const { optimizer = spec } = (spec ?? {}) as { readonly optimizer?: unknown }
  console.warn(
    `The state of the optimizer ${String(optimizer)} is not ${verb}: files of Keras have no place for it. Training from the file starts with a new state; save the model as .safetensors to go on exactly.`,
  )
}

/** A state that Keras does not keep: a placeholder, or the rate of a schedule, which follows from the step. */
function unusedState({ path, shape }: TensorOutline): WeightValue {
  const size = shape.reduce((product, d) => product * d, 1)
  return { path, shape, dtype: 'float32', data: new Float32Array(size), trainable: false }
}

/** The value of a variable in a file; of one that has no counterpart here, its first value in Keras. */
export function savedVariable(
  { path, name }: OptimizerVariable,
  state: ReadonlyMap<string, WeightValue>,
): Pick<WeightValue, 'dtype' | 'shape' | 'data'> {
  const found = path === undefined ? undefined : state.get(path)
  if (found) return found
  return name === 'iteration'
    ? { dtype: 'int32', shape: [], data: new Int32Array(1) }
    : { dtype: 'float32', shape: [], data: new Float32Array(1) }
}
