import {
  FormatError,
  type FunctionalSpec,
  type InputSpec,
  type LayerSpec,
  type ModelSpec,
  type NodeSpec,
  type SequentialSpec,
  type TensorRef,
} from '@gradus/core'
import type { DType } from '@gradus/tensor'
import { callSpec } from './call.ts'
import { dtypeOfKeras } from './names.ts'
import {
  asKerasObject,
  type Config,
  configOf,
  describeKeras,
  isShape,
  type KerasObject,
  listOf,
  objectOf,
  titleOf,
} from './object.ts'
import { isOperation, operationNodes } from './operation.ts'
import { type FirstCalls, holdsTensor, KerasTensor, readCall, references, type SavedCall } from './saved-call.ts'

/** Translates a layer, or a model within a model. */
export type TranslateLayer = (object: KerasObject) => LayerSpec | ModelSpec

/** Translates the config of a `Sequential`. The shape that it was built with becomes an `Input` at the start. */
export function sequentialSpec(object: KerasObject, translate: TranslateLayer): SequentialSpec {
  const config = configOf(object)
  const layers = listOf(config['layers'], `layers of ${titleOf(object)}`).map((item, index) =>
    withoutInputShape(translate(objectOf(item, 'a layer')), index > 0),
  )
  const first = layers[0]
  const built = config['build_input_shape'] ?? (object.raw['build_config'] as Config | undefined)?.['input_shape']
  const starts = first !== undefined && ('model' in first || first.layer === 'Input' || 'inputShape' in first)
  return {
    model: 'Sequential',
    ...commonOf(config),
    layers: starts || !isShape(built) ? layers : [{ layer: 'Input', shape: built.slice(1) }, ...layers],
  }
}

/** Only the first layer of a `Sequential` says the shape of the input. */
function withoutInputShape(spec: LayerSpec | ModelSpec, later: boolean): LayerSpec | ModelSpec {
  if (!later || !('inputShape' in spec)) return spec
  const { inputShape: _, ...rest } = spec
  return rest as LayerSpec
}

/** A layer of a saved functional model, with its calls. */
interface SavedNode {
  readonly name: string
  readonly object: KerasObject
  readonly calls: readonly SavedCall[]
}

/** Translates the config of a functional model. */
export function functionalSpec(object: KerasObject, translate: TranslateLayer): FunctionalSpec {
  const config = configOf(object)
  const title = titleOf(object)
  const layers = listOf(config['layers'], `layers of ${title}`).map((item) => objectOf(item, 'a layer'))
  const isLegacy = layers.some(({ raw }) => listOf(raw['inbound_nodes'] ?? [], 'inbound_nodes').some(Array.isArray))
  const firstCalls = firstCallsOf(layers, config['output_layers'], isLegacy)
  const nodes = layers.map((layer): SavedNode => {
    const name = nameOf(layer)
    const calls = listOf(layer.raw['inbound_nodes'] ?? [], `inbound_nodes of '${name}'`)
    return { name, object: layer, calls: calls.map((call) => readCall(call, name, firstCalls)) }
  })
  const dtypes = dtypesIn(nodes)
  const ends = (key: string) => {
    const refs = references(config[key], `${key} of ${title}`, firstCalls)
    // Keras 2 writes a list for a single tensor too
    return isLegacy && Array.isArray(refs) && refs.length === 1 ? (refs[0] as TensorRef) : refs
  }
  return {
    model: 'Functional',
    ...commonOf(config),
    layers: nodes.flatMap((node): NodeSpec[] => {
      const { name, object: layer, calls } = node
      if (isOperation(layer)) return operationNodes(layer, name, calls, (ref) => dtypes.get(String(ref)))
      const spec = withoutInputShape(translate(layer), true)
      const called = calls.map((call) => {
        const found = callSpec(call, name)
        return !isLegacy && isWithoutMask(layer, call) ? { ...found, options: { ...found.options, mask: null } } : found
      })
      return [{ name, spec, calls: called }]
    }),
    inputs: ends('input_layers'),
    outputs: ends('output_layers'),
  }
}

const recurrent = ['LSTM', 'GRU', 'SimpleRNN', 'RNN', 'Bidirectional', 'ConvLSTM1D', 'ConvLSTM2D', 'ConvLSTM3D']

/**
 * Whether a recurrent layer leaves out the mask of its input: in Keras 3, if it is called with initial states and without the argument
 * `mask`.
 */
function isWithoutMask({ className }: KerasObject, { args, kwargs }: SavedCall): boolean {
  const [, states = kwargs['initial_state'], mask = kwargs['mask']] = args
  return recurrent.includes(className) && holdsTensor(states) && !holdsTensor(mask)
}

/** Translates the config of an `InputLayer`. */
export function inputSpec(object: KerasObject): InputSpec {
  const { name, batch_shape, batch_input_shape, batch_size: batchSize, dtype } = configOf(object)
  const shape = batch_shape ?? batch_input_shape
  if (!isShape(shape))
    throw new FormatError(`An InputLayer has the batch_shape ${describeKeras(shape)}; expected a list of dimensions.`)
  const batch = batchSize ?? shape[0]
  const given = typeof dtype === 'string' ? dtype : 'float32'
  const sampleDType = given === 'string' ? (given as DType) : dtypeOfKeras(given)
  return {
    layer: 'Input',
    ...(typeof name === 'string' && { name }),
    shape: shape.slice(1),
    ...(typeof batch === 'number' && { batchSize: batch }),
    ...(sampleDType !== 'float32' && { dtype: sampleDType }),
  }
}

function nameOf({ raw, config, className }: KerasObject): string {
  const name = raw['name'] ?? (config as Config | null)?.['name']
  if (typeof name === 'string') return name
  throw new FormatError(`A ${className} in a functional model has no name.`)
}

/**
 * The index of the first call of each layer: 1 for a model that starts with an input, because its construction counts as a call,
 * otherwise 0. In Keras 3 a `Sequential` does not count as such a model, and the `keras_history` of tensors begins with 0. The indices
 * that occur decide where they can: index 0, or one beyond the number of calls.
 */
function firstCallsOf(layers: readonly KerasObject[], outputs: unknown, isLegacy: boolean): FirstCalls {
  const lists = new Map<string, number[]>(layers.map((layer) => [nameOf(layer), []]))
  const histories = new Map<string, number[]>(layers.map((layer) => [nameOf(layer), []]))
  const visit = (value: unknown, used: ReadonlyMap<string, number[]>): void => {
    if (typeof value !== 'object' || value === null) return
    const [name, call] = Array.isArray(value) ? (value as unknown[]) : []
    if (typeof name === 'string' && typeof call === 'number') used.get(name)?.push(call)
    for (const [key, item] of Object.entries(value)) visit(item, key === 'keras_history' ? histories : used)
  }
  for (const { raw } of layers) visit(raw['inbound_nodes'], lists)
  visit(outputs, lists)
  const first = (
    layer: KerasObject,
    used: ReadonlyMap<string, number[]>,
    rule: (layers: readonly unknown[]) => boolean,
  ) => {
    const inner: unknown = Array.isArray(layer.config) ? layer.config : (layer.config as Config | null)?.['layers']
    const indices = used.get(nameOf(layer)) ?? []
    const { inbound_nodes: calls } = layer.raw
    if (!Array.isArray(inner) || indices.includes(0)) return 0
    return (Array.isArray(calls) && indices.includes(calls.length)) || rule(inner) ? 1 : 0
  }
  const byRule =
    ({ className }: KerasObject) =>
    (inner: readonly unknown[]) =>
      className !== 'Sequential' || (isLegacy && startsWithInput(inner[0]))
  return {
    lists: new Map(layers.map((layer) => [nameOf(layer), first(layer, lists, byRule(layer))])),
    histories: new Map(layers.map((layer) => [nameOf(layer), first(layer, histories, () => false)])),
  }
}

function startsWithInput(layer: unknown): boolean {
  const object = asKerasObject(layer)
  const config = object?.config as Config | null | undefined
  return object?.className === 'InputLayer' || Array.isArray(config?.['batch_input_shape'])
}

/** The dtypes of tensors, by their references; they are stored in the calls that read the tensors. */
function dtypesIn(nodes: readonly SavedNode[]): ReadonlyMap<string, string> {
  const dtypes = new Map<string, string>()
  const visit = (value: unknown): void => {
    if (value instanceof KerasTensor) {
      if (value.dtype !== undefined) dtypes.set(String(value.ref), value.dtype)
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit)
  }
  for (const { calls } of nodes) visit(calls)
  return dtypes
}

function commonOf(config: Config): { name?: string; trainable?: boolean } {
  return {
    ...(typeof config['name'] === 'string' && { name: config['name'] }),
    ...(config['trainable'] === false && { trainable: false }),
  }
}
