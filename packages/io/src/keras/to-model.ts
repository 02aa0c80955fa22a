import type {
  CallSpec,
  FunctionalSpec,
  LayerSpec,
  ModelSpec,
  NodeSpec,
  RefStructure,
  SequentialSpec,
  TensorRef,
} from '@gradus/core'
import { isPlainObject, isTensorRef } from '@gradus/core'
import type { LayerOutline } from '../formats/outline.ts'
import { kerasOptionName, snakeName } from './to-names.ts'
import type { KerasCall } from './to-operation.ts'
import { operationConfig } from './to-operation.ts'

type ToKeras = (spec: ModelSpec | LayerSpec, outline: LayerOutline) => Record<string, unknown>
type KerasConfig = Record<string, unknown>

/** Translates the spec of an input. */
export function inputConfig(spec: LayerSpec, name: string): KerasConfig {
  const { shape, dtype = 'float32', batchSize } = spec
  const batch = typeof batchSize === 'number' ? batchSize : null
  return inputLayer(spec.name ?? name, [batch, ...(shape as (number | null)[])], String(dtype))
}

function inputLayer(name: string, shape: readonly (number | null)[], dtype: string): KerasConfig {
  const config = { batch_shape: shape, dtype: snakeName(dtype), sparse: false, ragged: false, name }
  return { module: 'keras.layers', class_name: 'InputLayer', config, registered_name: null }
}

/** Translates the spec of a stack. It begins with an input, if its shape is known. */
export function sequentialConfig(spec: SequentialSpec, outline: LayerOutline, translate: ToKeras): KerasConfig {
  const layers = spec.layers.map((layer, index) => translate(layer, outline.sublayers[index]!))
  const input = outline.inputs[0] ?? givenInput(spec.layers[0])
  const starts = layers[0]?.['class_name'] === 'InputLayer'
  const all = starts || !input ? layers : [inputLayer('input_layer', input.shape, input.dtype), ...layers]
  return {
    module: 'keras',
    class_name: 'Sequential',
    config: {
      ...commonOf(spec, outline),
      dtype: { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null },
      layers: all,
      ...(input && { build_input_shape: input.shape }),
    },
    registered_name: null,
    ...(input && { build_config: { input_shape: input.shape } }),
  }
}

/** The input that the first layer of a stack says, where the stack itself was not called, as in a wrapper. */
function givenInput(first: SequentialSpec['layers'][number] | undefined) {
  const shape = first && 'layer' in first ? first['inputShape'] : undefined
  return Array.isArray(shape) ? { shape: [null, ...(shape as (number | null)[])], dtype: 'float32' } : undefined
}

function commonOf({ name, trainable }: ModelSpec, outline: LayerOutline) {
  return { name: name ?? outline.name, trainable: trainable ?? true }
}

/** Translates the spec of a graph. */
export function functionalConfig(spec: FunctionalSpec, outline: LayerOutline, translate: ToKeras): KerasConfig {
  const outlines = new Map(outline.sublayers.map((layer) => [layer.name, layer]))
  const functional = new Set(
    spec.layers.filter((node) => 'model' in node.spec && node.spec.model === 'Functional').map(({ name }) => name),
  )
  const names = withoutSlashes(spec.layers.map(({ name }) => name))
  const tensor = (ref: TensorRef): KerasConfig => {
    const [name, call, index] = ref
    const history = [names.get(name) ?? name, call, index]
    const { shape = [null], dtype = 'float32' } = outline.results.get(name)?.[call]?.[index] ?? inputOf(outlines, ref)
    return { class_name: '__keras_tensor__', config: { shape, dtype: snakeName(dtype), keras_history: history } }
  }
  const layers = spec.layers.map((node) => {
    const name = names.get(node.name)!
    const called = nodeCalls(node, tensor)
    const operation =
      (node.spec as LayerSpec).layer === 'Operation' ? operationConfig({ ...node, name }, tensor) : undefined
    const spec = name === node.name ? node.spec : { ...node.spec, name }
    const config = operation?.object ?? translate(spec, { ...outlines.get(node.name)!, name })
    return { ...config, name, inbound_nodes: operation?.calls ?? called }
  })
  // the construction of a graph counts as its first call
  const end = ([name, call, index]: TensorRef): TensorRef => [
    names.get(name) ?? name,
    call + (functional.has(name) ? 1 : 0),
    index,
  ]
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: {
      ...commonOf(spec, outline),
      layers,
      input_layers: mapRefs(spec.inputs, end),
      output_layers: mapRefs(spec.outputs, end),
    },
    registered_name: 'Functional',
    build_config: { input_shape: null },
  }
}

/** The names that the layers of a model have in Keras, where a name has no slash. */
function withoutSlashes(names: readonly string[]): ReadonlyMap<string, string> {
  const used = new Set(names.filter((name) => !name.includes('/')))
  const unused = (name: string) => {
    let found = name.replaceAll('/', '_')
    for (let count = 1; used.has(found); count++) found = `${name.replaceAll('/', '_')}_${count}`
    used.add(found)
    return found
  }
  return new Map(names.map((name) => [name, name.includes('/') ? unused(name) : name]))
}

function inputOf(outlines: ReadonlyMap<string, LayerOutline>, [name]: TensorRef) {
  const [input] = outlines.get(name)?.inputs ?? []
  return input ?? { shape: undefined, dtype: undefined }
}

/** Layers that take each input as a separate argument in Keras, not in a list. */
const separateInputs: readonly string[] = ['MultiHeadAttention', 'GroupQueryAttention', 'GroupedQueryAttention']

function nodeCalls({ calls, spec }: NodeSpec, tensor: (ref: TensorRef) => KerasConfig): KerasCall[] {
  if ('layer' in spec && spec.layer === 'Operation') return []
  const separate = 'layer' in spec && separateInputs.includes(spec.layer)
  return calls.map(({ inputs, options = {}, args = [] }: CallSpec) => ({
    args: [
      ...(separate ? [mapRefs(inputs, tensor)].flat() : [mapRefs(inputs, tensor)]),
      ...args.map((value) => withTensors(value, tensor)),
    ],
    kwargs: Object.fromEntries(
      Object.entries(options).map(([key, value]) => [kerasOptionName(key), withTensors(value, tensor)]),
    ),
  }))
}

function mapRefs(value: RefStructure, map: (ref: TensorRef) => unknown): unknown {
  if (isTensorRef(value)) return map(value)
  if (Array.isArray(value)) return value.map((item: RefStructure) => mapRefs(item, map))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapRefs(item as RefStructure, map)]))
}

/** Replaces `{ tensor: reference }` in the options of a call. */
function withTensors(value: unknown, tensor: (ref: TensorRef) => KerasConfig): unknown {
  if (Array.isArray(value)) return value.map((item) => withTensors(item, tensor))
  if (!isPlainObject(value)) return value
  if (isTensorRef(value['tensor']) && Object.keys(value).length === 1) return tensor(value['tensor'])
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withTensors(item, tensor)]))
}
