import { type CallSpec, FormatError, type RefStructure } from '@gradus/core'
import { isKeras, optionName } from './names.ts'
import { type Config, describeKeras, type KerasObject } from './object.ts'
import { holdsTensor, KerasTensor, type SavedCall } from './saved-call.ts'

// The names of the first argument of `call`, and those of later arguments that are inputs, in the order of our layers.
const firstInputs = ['inputs', 'sequences', 'sequence', 'query']
const moreInputs = ['value', 'key']

// The names of positional arguments after the first one, for layers with this option in their config. In other layers such
// arguments are inputs.
const byPosition: Readonly<Record<string, readonly string[]>> = {
  return_state: ['initial_state', 'mask'],
  recurrent_initializer: ['states'],
  cells: ['states'],
  num_heads: ['value', 'key', 'query_mask', 'value_mask', 'key_mask', 'attention_mask'],
  num_query_heads: ['value', 'key', 'query_mask', 'value_mask', 'key_mask', 'attention_mask'],
}

/**
 * Translates a call of a layer. Its inputs are the positional tensors and those named `value` and `key`; all other named
 * arguments are options.
 */
export function callSpec({ args, kwargs }: SavedCall, layer: KerasObject, name: string): CallSpec {
  const named = { ...kwargs }
  const [first = takeFirst(named), ...later] = args
  const names = positionsOf(layer.config)
  const inputs = [first]
  for (const [index, argument] of later.entries()) {
    const key = names[index]
    if (key !== undefined) named[key] = argument
    else if (holdsTensor(argument)) inputs.push(argument)
    else if (argument !== null)
      throw new FormatError(
        `A call of '${name}' has the argument ${describeKeras(argument)} without its name; expected a tensor.`,
      )
  }
  // in Keras 2, a list of the input and the states
  if (names[0] === 'initial_state' && Array.isArray(first)) {
    const [sequence, ...states] = first as readonly unknown[]
    inputs[0] = sequence
    if (states.length > 0) named['initial_state'] = states
  }
  for (const key of moreInputs) if (holdsTensor(named[key])) inputs.push(take(named, key))
  const options = optionsOf(named, layer)
  return {
    inputs: refsOf(inputs.length === 1 ? inputs[0] : inputs, name),
    ...(Object.keys(options).length > 0 && { options }),
  }
}

/** The input of a call with named arguments only; an object of all tensors if none of the names is that of an input. */
function takeFirst(named: Record<string, unknown>): unknown {
  const keys = Object.keys(named).filter((key) => holdsTensor(named[key]))
  const known = firstInputs.find((key) => keys.includes(key))
  if (known !== undefined || keys.length === 1) return take(named, known ?? keys[0]!)
  return keys.length > 0 ? Object.fromEntries(keys.map((key) => [key, take(named, key)])) : undefined
}

function take(named: Record<string, unknown>, key: string): unknown {
  const { [key]: value } = named
  delete named[key]
  return value
}

/** The names of the positional arguments after the first one, for a layer with this config or the layer that it wraps. */
function positionsOf(config: unknown): readonly string[] {
  if (typeof config !== 'object' || config === null) return []
  const option = Object.keys(byPosition).find((key) => Object.hasOwn(config, key))
  if (option !== undefined) return byPosition[option]!
  return positionsOf((config as { layer?: { config?: unknown } }).layer?.config)
}

function refsOf(value: unknown, name: string): RefStructure {
  if (value instanceof KerasTensor) return value.ref
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    if (Array.isArray(value)) return value.map((item) => refsOf(item, name))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, refsOf(item, name)]))
  }
  throw new FormatError(`A call of '${name}' has the input ${describeKeras(value)}; expected tensors.`)
}

function optionsOf(named: Config, layer: KerasObject): Config {
  const given = Object.entries(named).filter(
    ([key, value]) => !isUnset(value) && !(key === 'training' && value === trainingDefault(layer)),
  )
  return Object.fromEntries(given.map(([key, value]) => [optionName(key), withRefs(value)]))
}

/** Whether an option is null, or a structure of nulls, which Keras writes for inputs without masks. */
function isUnset(value: unknown): boolean {
  if (value === null || value === undefined) return true
  if (value instanceof KerasTensor || typeof value !== 'object') return false
  const entries = Object.values(value)
  return entries.length > 0 && entries.every(isUnset)
}

function withRefs(value: unknown): unknown {
  if (value instanceof KerasTensor) return { tensor: value.ref }
  if (Array.isArray(value)) return value.map(withRefs)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withRefs(item)]))
}

// Keras 3 writes the default of `training` into calls with one tensor as the only argument: false for the first layers, true
// for the second. Such a value is left out, because `training: false` would turn dropout off during training.
const trainingIsFalse = /Dropout|Noise$|RNN|LSTM|GRU|^SpectralNormalization$/
const trainingIsTrue =
  /^Rand|^AugMix|^AutoContrast|^CenterCrop|^CutMix|Equalization$|^MaxNumBoundingBoxes|^MixUp|^Resizing|^Solarization|^Pipeline/

/** The default of `training` in calls of a layer. For classes that are not Keras's, false is assumed. */
function trainingDefault(layer: KerasObject): boolean | undefined {
  if (!isKeras(layer) || trainingIsFalse.test(layer.className)) return false
  return trainingIsTrue.test(layer.className) ? true : undefined
}
