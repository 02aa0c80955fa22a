import {
  type BaseLayer,
  ConfigError,
  callSymbolically,
  describeValue,
  type FunctionalSpec,
  isPlainObject,
  isTensorRef,
  Layer,
  leavesOf,
  type NodeSpec,
  OperationLayer,
  type RefStructure,
  type Structure,
  type TensorRef,
} from '@gradus/core'
import { SymbolicTensor } from '@gradus/tensor'
import { isRefObject, type NamedCall, nameArguments } from './name-arguments.ts'

/** The symbolic inputs and outputs of a functional model. */
export interface ModelEnds {
  readonly inputs: Structure<SymbolicTensor>
  readonly outputs: Structure<SymbolicTensor>
}

/**
 * Calls the layers of a functional spec and returns the inputs and outputs of the model. `build` returns the layer of a node, or
 * the symbolic tensor of an input. Layers may be listed in any order: a call is made once its inputs exist. Throws `ConfigError`
 * with a message that begins with `path`.
 */
export function connectSpec(
  spec: FunctionalSpec,
  path: string,
  build: (node: NodeSpec, index: number) => BaseLayer | SymbolicTensor,
): ModelEnds {
  checkFunctional(spec, path)
  const { layers, inputs, outputs } = spec
  const results = new Map<string, (readonly SymbolicTensor[])[]>()
  const nodes = layers.map((node, index) => {
    const made = build(node, index)
    results.set(node.name, made instanceof SymbolicTensor ? [[made]] : [])
    const calls = made instanceof SymbolicTensor ? [] : (node.calls ?? []).map((call) => nameArguments(made, call))
    return { node, layer: made, calls, done: 0 }
  })
  const find = ([name, call, output]: TensorRef) => {
    const found: unknown = results.get(name)?.[call]?.[output]
    return found instanceof SymbolicTensor ? found : undefined // a file may have any numbers, and texts such as 'length'
  }

  for (let progress = true; progress; ) {
    progress = false
    for (const pending of nodes) {
      const { node, layer, calls } = pending
      if (layer instanceof SymbolicTensor) continue
      for (let call = calls[pending.done]; call; call = calls[pending.done]) {
        if (refsIn(call).some((ref) => !find(ref))) break
        const tensors = tensorsFor(call.inputs, find) as Structure<SymbolicTensor>
        const outputs = within(`${path}: the layer '${node.name}'`, call, () =>
          callLayer(layer, tensors, withTensors(call.options, find) as object),
        )
        results.get(node.name)!.push(leavesOf(outputs) as SymbolicTensor[])
        pending.done++
        progress = true
      }
    }
  }
  const known = () =>
    `A reference is [name of a layer, number of its call, number of the output]; the layers are ${[...results.keys()].join(', ')}.`
  const stuck = nodes.find(
    ({ node, layer, done }) => !(layer instanceof SymbolicTensor) && done < (node.calls ?? []).length,
  )
  if (stuck) {
    throw new ConfigError(
      `${path}: a call of the layer '${stuck.node.name}' reads a tensor that no layer computes: ${describeValue(stuck.node.calls[stuck.done]!.inputs)}. ${known()}`,
    )
  }
  const required = (ref: TensorRef): SymbolicTensor => {
    const tensor = find(ref)
    if (!tensor) throw new ConfigError(`${path}: there is no tensor ${describeValue(ref)}. ${known()}`)
    return tensor
  }
  return { inputs: tensorsFor(inputs, required), outputs: tensorsFor(outputs, required) }
}

/** The longest name of a layer in a file. */
const maxName = 255

const nodeForm = "{ name: 'hidden', spec: { layer: 'Dense', units: 8 }, calls: [{ inputs: ['x', 0, 0] }] }"
const refForm =
  "['x', 0, 0] for the first output of the first call of the layer 'x', or a list or an object of such references"

/** Throws `ConfigError` unless a functional spec, which may come from a file, has the form that its type says. */
function checkFunctional(spec: FunctionalSpec, path: string): void {
  const { layers, inputs, outputs } = spec as { [key in keyof FunctionalSpec]: unknown }
  if (!Array.isArray(layers))
    throw new ConfigError(`${path}.layers must be a list of layers and is ${describeValue(layers)}.`)
  const names = new Set<unknown>()
  for (const [index, node] of layers.entries()) {
    const at = `${path}.layers[${index}]`
    if (!isPlainObject(node) || !isPlainObject(node['spec']) || typeof node['name'] !== 'string') {
      throw new ConfigError(
        `${at} must have a name and a spec, as in ${nodeForm}, and is ${describeValue(node)}. Only a Sequential model has layers without names.`,
      )
    }
    if (node['name'].length > maxName) {
      throw new ConfigError(`${at}: the name ${describeValue(node['name'])} has more than ${maxName} characters.`)
    }
    if (names.has(node['name'])) {
      throw new ConfigError(
        `${at}: two layers are called '${node['name']}'. Rename one of them, also in the references to it.`,
      )
    }
    names.add(node['name'])
    const calls = node['calls'] ?? []
    if (!Array.isArray(calls) || !calls.every(isCall)) {
      throw new ConfigError(
        `${at}.calls must be a list such as [{ inputs: ['x', 0, 0] }] and is ${describeValue(calls)}.`,
      )
    }
  }
  for (const [key, ends] of Object.entries({ inputs, outputs })) {
    if (!isReference(ends)) throw new ConfigError(`${path}.${key} must be ${refForm}; it is ${describeValue(ends)}.`)
  }
}

function isCall(call: unknown): boolean {
  if (!isPlainObject(call) || !isReference(call['inputs'])) return false
  const { options, args } = call
  return (options === undefined || isPlainObject(options)) && (args === undefined || Array.isArray(args))
}

/** Whether a value has the form of a reference to a tensor, or of lists and objects of such references. */
function isReference(value: unknown): boolean {
  if (isTensorRef(value)) return true
  if (Array.isArray(value)) return value.every(isReference)
  return isPlainObject(value) && Object.values(value).every(isReference)
}

function callLayer(layer: BaseLayer, inputs: Structure<SymbolicTensor>, options: object): unknown {
  const isOperation = layer instanceof OperationLayer || !(layer instanceof Layer)
  return isOperation ? callSymbolically(layer, inputs, options) : layer.callAll<unknown>(inputs, options)
}

/** Runs a call. What a layer throws for inputs or options of a form that it does not take becomes a `ConfigError`. */
function within<T>(layer: string, { inputs, options }: NamedCall, run: () => T): T {
  try {
    return run()
  } catch (cause) {
    if (!(cause instanceof TypeError || cause instanceof RangeError)) throw cause
    const given = Object.keys(options).length > 0 ? ` with the options ${describeValue(options)}` : ''
    throw new ConfigError(`${layer} cannot be called with the inputs ${describeValue(inputs)}${given}.`, { cause })
  }
}

/** Replaces the references in a structure by tensors. */
function tensorsFor(
  refs: RefStructure,
  find: (ref: TensorRef) => SymbolicTensor | undefined,
): Structure<SymbolicTensor> {
  if (isTensorRef(refs)) return find(refs)!
  if (Array.isArray(refs)) return refs.map((item: RefStructure) => tensorsFor(item, find))
  return Object.fromEntries(Object.entries(refs).map(([key, item]) => [key, tensorsFor(item as RefStructure, find)]))
}

/** Replaces each `{ tensor: reference }` in an option by the tensor, at any depth. */
function withTensors(value: unknown, find: (ref: TensorRef) => SymbolicTensor | undefined): unknown {
  if (isRefObject(value)) return find(value.tensor)
  if (Array.isArray(value)) return value.map((item) => withTensors(item, find))
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withTensors(item, find)]))
}

/** Returns all references in the inputs and options of a call. */
function refsIn({ inputs, options }: NamedCall): TensorRef[] {
  const visit = (value: unknown, bare: boolean): TensorRef[] => {
    if (bare && isTensorRef(value)) return [value]
    if (isRefObject(value)) return [value.tensor]
    if (Array.isArray(value)) return value.flatMap((item) => visit(item, bare))
    return isPlainObject(value) ? Object.values(value).flatMap((item) => visit(item, bare)) : []
  }
  return [...visit(inputs, true), ...visit(options, false)]
}
