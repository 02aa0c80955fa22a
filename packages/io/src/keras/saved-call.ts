import { FormatError, isPlainObject, type RefStructure, type TensorRef } from '@gradus/core'
import { asKerasObject, type Config, configOf, describeKeras, listOf } from './object.ts'

/** A tensor among the arguments of a call. */
export class KerasTensor {
  constructor(
    readonly ref: TensorRef,
    /** The shape with the batch dimension, if Keras saved it. */
    readonly shape?: readonly (number | null)[],
    readonly dtype?: string,
  ) {}
}

/** A call as Keras saved it, with `KerasTensor`s and plain values as arguments. */
export interface SavedCall {
  readonly args: readonly unknown[]
  readonly kwargs: Config
}

/** The layers of a model by name, with the index of their first call in references. */
export interface FirstCalls {
  /** In references that are lists. */
  readonly lists: ReadonlyMap<string, number>
  /** In the `keras_history` of tensors. */
  readonly histories: ReadonlyMap<string, number>
}

/**
 * Reads an item of `inbound_nodes` of the layer `name`: `{ args, kwargs }`, or, from Keras 2, a structure of `[layer, call,
 * output, kwargs]`.
 */
export function readCall(call: unknown, name: string, firstCalls: FirstCalls): SavedCall {
  const where = `a call of '${name}'`
  if (isPlainObject(call) && ('args' in call || 'kwargs' in call)) {
    const args = listOf(call['args'], `args of ${where}`)
    const [positional, named] = [args, call['kwargs'] ?? {}].map((value) => plain(value, where, firstCalls.histories))
    // in fit and predict Keras 3 replaces this argument by that of the model; Keras 2 does not
    const { training: _, ...kwargs } = named as Config
    return { args: positional as unknown[], kwargs }
  }
  const structure = Array.isArray(call) && call.length === 1 ? (call[0] as unknown) : call
  if (typeof structure !== 'object' || structure === null)
    throw new FormatError(`A call of '${name}' is ${describeKeras(call)}; expected { args, kwargs }.`)
  const toTensor = (ref: TensorRef) => new KerasTensor(ref)
  return {
    args: [mapReferences(structure, where, firstCalls, toTensor)],
    kwargs: legacyOptions(firstReference(structure)?.[3] ?? {}, where, firstCalls) as Config,
  }
}

/** Reads references, alone or in lists and objects. */
export function references(value: unknown, where: string, firstCalls: FirstCalls): RefStructure {
  if (typeof value !== 'object' || value === null)
    throw new FormatError(`The ${where} are ${describeKeras(value)}; expected [layer, call, output].`)
  return mapReferences(value, where, firstCalls, (ref) => ref) as RefStructure
}

/** Whether a value is a tensor or a structure that contains one. */
export function holdsTensor(value: unknown): boolean {
  if (value instanceof KerasTensor) return true
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsTensor)
}

function mapReferences(
  value: unknown,
  where: string,
  firstCalls: FirstCalls,
  map: (ref: TensorRef) => unknown,
): unknown {
  if (isConstant(value)) return value[2]
  if (isReference(value)) return map(counted(reference(value, where), firstCalls.lists))
  if (Array.isArray(value)) return value.map((item) => mapReferences(item, where, firstCalls, map))
  if (!isPlainObject(value)) return reference(value, where)
  // Keras numbers the tensors of an object by sorted keys
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, item]) => [key, mapReferences(item, where, firstCalls, map)]))
}

/** Whether a value is a number in the place of a tensor, as Keras 2 saves it. */
function isConstant(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value[0] === '_CONSTANT_VALUE' && value[1] === -1
}

function isReference(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && typeof value[0] === 'string'
}

function firstReference(value: unknown): readonly unknown[] | undefined {
  if (isReference(value)) return value
  return typeof value === 'object' && value !== null ? firstReference(Object.values(value)[0]) : undefined
}

function counted([layer, call, output]: TensorRef, firstCalls: ReadonlyMap<string, number>): TensorRef {
  return [layer, call - (firstCalls.get(layer) ?? 0), output]
}

/** Reads options of Keras 2, in which a tensor is a reference. */
function legacyOptions(value: unknown, where: string, firstCalls: FirstCalls): unknown {
  if (isReference(value) && value.length === 3 && firstCalls.lists.has(value[0] as string))
    return new KerasTensor(counted(reference(value, where), firstCalls.lists))
  if (Array.isArray(value)) return value.map((item) => legacyOptions(item, where, firstCalls))
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, legacyOptions(item, where, firstCalls)]))
}

/** Replaces Python values in an argument by plain ones: a slice by `{ start, stop, step }`, an ellipsis by `'...'`. */
function plain(value: unknown, where: string, firstCalls: ReadonlyMap<string, number>): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item, where, firstCalls))
  const object = asKerasObject(value)
  if (!object) {
    if (!isPlainObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, where, firstCalls)]))
  }
  const config = configOf(object)
  switch (object.className) {
    case '__keras_tensor__': {
      const { keras_history: history, shape, dtype } = config
      return new KerasTensor(
        counted(reference(history, 'a tensor'), firstCalls),
        Array.isArray(shape) ? (shape as (number | null)[]) : undefined,
        typeof dtype === 'string' ? dtype : undefined,
      )
    }
    case '__slice__':
      return config
    case '__ellipsis__':
      return '...'
    case '__numpy__':
    case '__tensor__':
      return constant(config['value'], where)
    default:
      throw new FormatError(`In ${where} there is ${describeKeras(value)}, which cannot be translated.`)
  }
}

function constant(value: unknown, where: string): unknown {
  if (typeof value !== 'object') return value
  throw new FormatError(
    `In ${where} there is an array of numbers, and specs contain only single numbers. Put the computation into a layer and save the model again.`,
  )
}

function reference(value: unknown, where: string): TensorRef {
  const [layer, call, output] = Array.isArray(value) ? (value as unknown[]) : []
  if (typeof layer === 'string' && Number.isInteger(call) && Number.isInteger(output))
    return [layer, call as number, output as number]
  throw new FormatError(`In ${where} there is ${describeKeras(value)}; expected [layer, call, output].`)
}
