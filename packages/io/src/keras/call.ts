import { type CallSpec, FormatError, type RefStructure } from '@gradus/core'
import { optionName } from './names.ts'
import { type Config, describeKeras } from './object.ts'
import { holdsTensor, KerasTensor, type SavedCall } from './saved-call.ts'

// the names of the first argument of `call`
const firstInputs = ['inputs', 'sequences', 'sequence', 'query']

/**
 * Translates a call of a layer. Its input is the first argument. The class of the layer names the other positional arguments, and
 * finds inputs among the named ones, when the model is built.
 */
export function callSpec({ args, kwargs }: SavedCall, name: string): CallSpec {
  const named = { ...kwargs }
  const [first = takeFirst(named), ...later] = args
  const inputs = refsOf(first, name)
  const options = optionsOf(named)
  const further = later.map((value) => (isUnset(value) ? null : withRefs(value)))
  const hasOptions = Object.keys(options).length > 0
  const isPlain = !hasOptions && further.length === 0 && !Array.isArray(first)
  return { inputs, ...(hasOptions && { options }), ...(!isPlain && { args: further }) }
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

function refsOf(value: unknown, name: string): RefStructure {
  if (value instanceof KerasTensor) return value.ref
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    if (Array.isArray(value)) return value.map((item) => refsOf(item, name))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, refsOf(item, name)]))
  }
  throw new FormatError(`A call of '${name}' has the input ${describeKeras(value)}; expected tensors.`)
}

function optionsOf(named: Config): Config {
  const given = Object.entries(named).filter(([, value]) => !isUnset(value))
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
