import { FormatError, isPlainObject, type LayerSpec, type NodeSpec, type TensorRef } from '@gradus/core'
import { Application, apply, type Fail } from './application.ts'
import { withCasts } from './casts.ts'
import { furtherOperations } from './further-operations.ts'
import { dtypeOfKeras, optionName } from './names.ts'
import { type Config, configOf, describeKeras, type KerasObject } from './object.ts'
import { activations, operations } from './operations.ts'
import { KerasTensor, type SavedCall } from './saved-call.ts'
import { graphOperation, tfOperation } from './tf-operations.ts'

/** Whether an object is a Keras operation, such as `Add`, or a function of TensorFlow in Keras 2, and not a layer. */
export function isOperation({ module, className }: KerasObject): boolean {
  return isTfFunction(className) || (module !== undefined && /^keras\..*\b(ops|activations)\./.test(module))
}

/** Whether Keras has an operation of this name; a layer may have the same name. */
export function isOperationName(className: string): boolean {
  return [operations, furtherOperations, activations].some((table) => Object.hasOwn(table, className))
}

/** Whether a class stands for a function of TensorFlow between layers. */
function isTfFunction(className: string): boolean {
  return /^(TFOpLambda|SlicingOpLambda|TensorFlowOpLayer|ClassMethod|InstanceMethod|InstanceProperty)$/.test(className)
}

/** A node with one call. */
interface CalledNode {
  readonly name: string
  readonly spec: LayerSpec
  readonly inputs: TensorRef | readonly TensorRef[]
}

/**
 * Translates an operation between layers into nodes, of which the last one has its name. `resultDType` returns the dtypes of the
 * results in Keras. Throws `FormatError` for an operation that has no counterpart.
 */
export function operationNodes(
  object: KerasObject,
  name: string,
  calls: readonly SavedCall[],
  resultDType: (ref: TensorRef) => string | undefined,
): NodeSpec[] {
  const perCall = calls.map((call, index) => calledNodes(object, name, call, index, resultDType([name, index, 0])))
  return (perCall[0] ?? []).map(({ name: nodeName, spec }, index) => {
    const alike = perCall.map((nodes) => nodes[index]!)
    if (alike.some((node) => JSON.stringify(node?.spec) !== JSON.stringify(spec)))
      throw untranslatable(object, name, 'is called with different arguments')
    return { name: nodeName, spec, calls: alike.map(({ inputs }) => ({ inputs })) }
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
  const add = (application: Application, nodeName: string, result: string | undefined): TensorRef => {
    const inputs: TensorRef[] = []
    const input = (ref: TensorRef) => ({ input: inputs.push(ref) - 1 })
    const translateArgument = (value: unknown): unknown => {
      if (value instanceof KerasTensor) return input(value.ref)
      if (value instanceof Application) return input(add(value, `${name}/${++inner}`, undefined))
      return Array.isArray(value) ? value.map(translateArgument) : value
    }
    const args = withCasts(application, result).map(translateArgument)
    const spec = { layer: 'Operation', operation: application.operation, args, name: nodeName }
    nodes.push({ name: nodeName, spec, inputs })
    return [nodeName, index, 0]
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
  if (isTfFunction(object.className)) return tfApplication(object, { args, kwargs }, fail)
  const table = Object.hasOwn(operations, object.className) ? operations : furtherOperations
  const row = Object.hasOwn(table, object.className) ? table[object.className]! : undefined
  if (row === undefined) throw fail('has no counterpart here')
  const { name: _, ...config } = configOf(object)
  const options: Config = { ...config, ...kwargs }
  if (typeof row === 'function') return row(args, options, fail)
  const [operation, ...optionNames] = typeof row === 'string' ? [row] : row
  const later = withoutLastNulls(optionNames.map((names) => argument(names, options)))
  const known = optionNames.flat()
  const unknown = Object.keys(options).find((key) => !known.includes(key) && (options[key] ?? false) !== false)
  if (unknown !== undefined) throw fail(`has the option ${unknown} ${describeKeras(options[unknown])}`)
  return apply(operation, ...args, ...later)
}

function tfApplication(object: KerasObject, { args, kwargs }: SavedCall, fail: Fail): Application {
  const { function: called, node_def: node, constants } = configOf(object)
  const translate = node === undefined ? tfOperation(called) : graphOperation(nameOfFunction(node), constants)
  if (!translate) throw fail('has no counterpart here')
  return translate(args, kwargs, fail)
}

/** The value of an option, or an object of several options. */
function argument(names: string | readonly string[], options: Config): unknown {
  const valueOf = (option: string) =>
    option === 'dtype' && typeof options[option] === 'string' ? dtypeOfKeras(options[option]) : options[option]
  if (typeof names === 'string') return valueOf(names)
  const given = names.filter((option) => options[option] !== null && options[option] !== undefined)
  return Object.fromEntries(given.map((option) => [optionName(option), valueOf(option)]))
}

function withoutLastNulls(values: readonly unknown[]): readonly unknown[] {
  return values.slice(0, Math.max(0, ...values.map((value, index) => (value === null ? 0 : index + 1))))
}

function untranslatable({ className, config }: KerasObject, name: string, problem: string): FormatError {
  const { function: called, node_def: node } = (config ?? {}) as Config
  const operation = isTfFunction(className) ? `tf.${nameOfFunction(called ?? node)}` : className
  return new FormatError(
    `The model uses the operation ${operation} ('${name}') outside of a layer, which cannot be translated: it ${problem}. Put it into a custom layer and save the model again.`,
  )
}

/** The name of a function of TensorFlow, or the operation of a node of its graph, which is an object or a text. */
function nameOfFunction(value: unknown): string {
  if (isPlainObject(value)) return String(value['op']).slice(0, 50)
  const text = String(value)
  return /\bop"?\s*:\s*"(\w+)"/.exec(text)?.[1] ?? text.slice(0, 50)
}
