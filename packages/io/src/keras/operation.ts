import { FormatError, type LayerSpec, type NodeSpec, type TensorRef } from '@gradus/core'
import { Application, apply } from './application.ts'
import { withCasts } from './casts.ts'
import { dtypeOfKeras, optionName } from './names.ts'
import { type Config, configOf, describeKeras, type KerasObject } from './object.ts'
import { activations, operations } from './operations.ts'
import { KerasTensor, type SavedCall } from './saved-call.ts'

/** Whether an object is an operation of Keras, such as `Add`, rather than a layer. */
export function isOperation({ module }: KerasObject): boolean {
  return module !== undefined && /^keras\..*\b(ops|activations)\./.test(module)
}

/** A node with one call. */
interface CalledNode {
  readonly name: string
  readonly spec: LayerSpec
  readonly inputs: TensorRef | readonly TensorRef[]
}

/**
 * The nodes that an operation between layers becomes; the last one has its name. `resultDType` says which dtype Keras gave
 * the results. Throws `FormatError` for an operation that has no counterpart.
 */
export function operationNodes(
  object: KerasObject,
  name: string,
  calls: readonly SavedCall[],
  resultDType: (ref: TensorRef) => string | undefined,
): NodeSpec[] {
  const made = calls.map((call, index) => calledNodes(object, name, call, index, resultDType([name, index, 0])))
  return (made[0] ?? []).map(({ name: own, spec }, index) => {
    const alike = made.map((nodes) => nodes[index]!)
    if (alike.some((node) => JSON.stringify(node?.spec) !== JSON.stringify(spec)))
      throw untranslatable(object, name, 'is called with different arguments')
    return { name: own, spec, calls: alike.map(({ inputs }) => ({ inputs })) }
  })
}

function calledNodes(
  object: KerasObject,
  name: string,
  call: SavedCall,
  index: number,
  dtype: string | undefined,
): CalledNode[] {
  const activation = activationOf(object)
  const [x] = call.args
  if (activation && x instanceof KerasTensor)
    return [{ name, spec: { layer: 'Activation', activation, name }, inputs: x.ref }]
  const nodes: CalledNode[] = []
  let inner = 0
  const add = (application: Application, own: string, result: string | undefined): TensorRef => {
    const inputs: TensorRef[] = []
    const input = (ref: TensorRef) => ({ input: inputs.push(ref) - 1 })
    const place = (value: unknown): unknown => {
      if (value instanceof KerasTensor) return input(value.ref)
      if (value instanceof Application) return input(add(value, `${name}/${++inner}`, undefined))
      return Array.isArray(value) ? value.map(place) : value
    }
    const args = withCasts(application, result).map(place)
    nodes.push({ name: own, spec: { layer: 'Operation', operation: application.operation, args, name: own }, inputs })
    return [own, index, 0]
  }
  add(applicationOf(object, name, call), name, dtype)
  return nodes
}

function activationOf(object: KerasObject): object | undefined {
  if (!Object.hasOwn(activations, object.className)) return undefined
  const { name: _, ...options } = configOf(object)
  const given = Object.entries(options).filter(([, value]) => value !== null)
  return {
    activation: activations[object.className],
    ...Object.fromEntries(given.map(([key, value]) => [optionName(key), value])),
  }
}

function applicationOf(object: KerasObject, name: string, { args, kwargs }: SavedCall): Application {
  const fail = (problem: string) => untranslatable(object, name, problem)
  const row = Object.hasOwn(operations, object.className) ? operations[object.className]! : undefined
  if (row === undefined) throw fail('has no counterpart here')
  const { name: _, ...config } = configOf(object)
  const options: Config = { ...config, ...kwargs }
  if (typeof row === 'function') return row(args, options, fail)
  const [operation, ...places] = typeof row === 'string' ? [row] : row
  const later = withoutLastNulls(places.map((place) => argument(place, options)))
  const known = places.flat()
  const unknown = Object.keys(options).find((key) => !known.includes(key) && (options[key] ?? false) !== false)
  if (unknown !== undefined) throw fail(`has the option ${unknown} ${describeKeras(options[unknown])}`)
  return apply(operation, ...args, ...later)
}

function argument(place: string | readonly string[], options: Config): unknown {
  const valueOf = (option: string) =>
    option === 'dtype' && typeof options[option] === 'string' ? dtypeOfKeras(options[option]) : options[option]
  if (typeof place === 'string') return valueOf(place)
  const given = place.filter((option) => options[option] !== null && options[option] !== undefined)
  return Object.fromEntries(given.map((option) => [optionName(option), valueOf(option)]))
}

function withoutLastNulls(values: readonly unknown[]): readonly unknown[] {
  return values.slice(0, Math.max(0, ...values.map((value, index) => (value === null ? 0 : index + 1))))
}

function untranslatable({ className }: KerasObject, name: string, problem: string): FormatError {
  return new FormatError(
    `The model uses the operation ${className} ('${name}') outside of a layer, which cannot be translated: it ${problem}. Put it into a layer of your own and save the model again.`,
  )
}
