import { FormatError, isPlainObject } from '@gradus/core'
import { knownLayers, tfjsDefaults } from './tfjs-layers.ts'

type Config = Readonly<Record<string, unknown>>

/** The activation that stands for the hard sigmoid of TensorFlow.js, 0.2 x + 0.5. */
const oldHardSigmoid = 'tfjsHardSigmoid'

/**
 * Marks hard sigmoids in a spec: that with the slope 0.2 is that of TensorFlow.js. Throws `FormatError` for that of Keras 3, which
 * TensorFlow.js does not have.
 */
export function withHardSigmoids(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withHardSigmoids(item))
  if (isHardSigmoid(value, key)) {
    if (isPlainObject(value) && value['slope'] === 0.2) return oldHardSigmoid
    throw new FormatError(
      "The hard sigmoid of TensorFlow.js has the slope 0.2, that of the model another. Use { activation: 'hardSigmoid', slope: 0.2 }, or save the model as .safetensors.",
    )
  }
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withHardSigmoids(item, name)]))
}

function isHardSigmoid(value: unknown, key: string): boolean {
  const name = isPlainObject(value) ? value['activation'] : /activation$/i.test(key) ? value : undefined
  const isLayer = isPlainObject(value) && 'layer' in value
  return !isLayer && typeof name === 'string' && /^hard_?sigmoid$/i.test(name)
}

/** The names that layers have in the file, by the paths of layers in the model. TensorFlow.js wants each name once. */
export type Names = ReadonlyMap<string, string>

/** Rewrites the config of Keras 3 as TensorFlow.js reads it. `path` is that of the model or layer, as a prefix such as `encoder.`. */
export function asTfjs(object: Config, names: Names, path = ''): Config {
  const className = String(object['class_name'])
  const config = object['config'] as Config
  if (className === 'InputLayer') return inputLayer(config)
  if (className === 'Sequential') return sequential(config, names, path)
  if (className === 'Functional') return functional(config, names, path)
  return layer(className, config, names, path)
}

function inputLayer({ batch_shape: shape, dtype, name }: Config): Config {
  return { class_name: 'InputLayer', config: { batch_input_shape: shape, dtype, sparse: false, name } }
}

function sequential({ name, trainable, layers, build_input_shape: shape }: Config, names: Names, path: string): Config {
  const all = (layers as Config[]).map((item) => named(item, names, path))
  const [input, ...rest] = all
  const isInput = input?.['class_name'] === 'InputLayer'
  if (!isInput && !shape) {
    throw new FormatError(
      `The model ${String(name)} does not know the shape of its input. Give its first layer an inputShape, or call it once.`,
    )
  }
  return {
    class_name: 'Sequential',
    config: { name, ...(trainable === false && { trainable }), layers: isInput ? [input, ...rest] : all },
  }
}

/** Rewrites a layer, and gives it its name in the file. */
function named(object: Config, names: Names, path: string): Config {
  const { name: own } = object['config'] as Config
  const inner = `${path}${String(own)}`
  const rewritten = asTfjs(object, names, `${inner}.`)
  return { ...rewritten, config: { ...(rewritten['config'] as Config), name: names.get(inner) ?? own } }
}

function functional(config: Config, names: Names, path: string): Config {
  const layers = config['layers'] as Config[]
  const models = new Set(
    layers
      .filter((item) => /^(Sequential|Functional)$/.test(String(item['class_name'])))
      .map((item) => String(item['name'])),
  )
  const nameOf = (name: unknown) => names.get(`${path}${String(name)}`) ?? String(name)
  // the construction of a model counts as its first call
  const reference = ([name, call, output]: readonly unknown[], first: number) =>
    [nameOf(name), Number(call) + (models.has(String(name)) ? first : 0), output] as const
  // a Functional is counted so already in the ends of a Keras model
  const end = ([name, call, output]: readonly unknown[]) => {
    const isStack = models.has(String(name)) && classOf(layers, name) === 'Sequential'
    return [nameOf(name), Number(call) + (isStack ? 1 : 0), output]
  }
  const nodes = layers.map((item) => ({
    ...named(item, names, path),
    name: nameOf(item['name']),
    inbound_nodes: (item['inbound_nodes'] as Config[]).map((call) =>
      inboundNode(call, String(item['name']), reference),
    ),
  }))
  return {
    class_name: 'Functional',
    config: {
      name: config['name'],
      ...(config['trainable'] === false && { trainable: false }),
      layers: nodes,
      input_layers: listOf(config['input_layers']).map(end),
      output_layers: listOf(config['output_layers']).map(end),
    },
  }
}

function classOf(layers: readonly Config[], name: unknown): unknown {
  return layers.find((item) => item['name'] === name)?.['class_name']
}

/** References are lists of a name and two numbers, alone, in lists or in objects. */
function listOf(value: unknown): (readonly unknown[])[] {
  if (Array.isArray(value) && typeof value[0] === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(listOf)
  throw new FormatError(
    'The inputs or outputs of the model are an object, which TensorFlow.js does not have. Use a list.',
  )
}

type Reference = (history: readonly unknown[], first: number) => readonly unknown[]

/** The call of a layer. The states with which a recurrent layer begins are further inputs in TensorFlow.js. */
function inboundNode({ args, kwargs }: Config, name: string, reference: Reference): unknown {
  const [given, ...others] = args as unknown[]
  const { initial_state: states, ...options } = (kwargs ?? {}) as Config
  const inputs = states ? [given, states].flat() : given
  const isUnset = (value: unknown) => value === null || value === undefined || value === false
  const further = [...others, ...Object.values(options)]
  if (!further.every(isUnset)) {
    throw new FormatError(
      `The layer '${name}' is called with further arguments, which are not written in a file of TensorFlow.js. Save the model as .safetensors or .keras.`,
    )
  }
  const tensors = Array.isArray(inputs) ? (inputs as Config[]) : [inputs as Config]
  return tensors.map((tensor) => {
    const { keras_history: history } = (tensor['config'] ?? {}) as Config
    if (Array.isArray(history)) return [...reference(history, 1), {}]
    throw new FormatError(`The layer '${name}' is called with an object of tensors, which TensorFlow.js does not have.`)
  })
}

function layer(className: string, config: Config, names: Names, path: string): Config {
  const known = knownLayers(className, config)
  const written = Object.entries({ ...tfjsDefaults[known.className], ...known.config }).flatMap(([key, value]) => {
    const kept = optionValue(key, value, names, path)
    return kept === undefined ? [] : [[key, kept] as const]
  })
  return { class_name: known.className, config: Object.fromEntries(written) }
}

/** The value of an option. Layers, regularizers and so on lose their modules. */
function optionValue(key: string, value: unknown, names: Names, path: string): unknown {
  if (/activation$/.test(key) && typeof value === 'string') return activation(value)
  if (Array.isArray(value)) return value.map((item) => optionValue(key, item, names, path))
  if (!isPlainObject(value)) return value
  const { class_name: className, config } = value
  if (typeof className !== 'string') return value
  if (className === 'DTypePolicy') return (config as Config)['name']
  if (key === 'layer' || key === 'cell' || key === 'cells' || key === 'backward_layer')
    return asTfjs(value, names, `${path}${key}.`)
  if (/regularizer$/.test(key)) return regularizer(className, config as Config)
  if (String(value['module']).endsWith('.layers'))
    throw new FormatError(
      `TensorFlow.js has no ${key} ${className} with options. Save the model as .safetensors or .keras.`,
    )
  return { class_name: className, config }
}

const activations = /* @__PURE__ */ (() =>
  new Set('elu gelu linear log_softmax mish relu relu6 selu sigmoid softmax softplus softsign swish tanh'.split(' ')))()

function activation(name: string): string {
  if (name === 'tfjs_hard_sigmoid') return 'hard_sigmoid'
  const known = name === 'silu' ? 'swish' : name
  if (activations.has(known)) return known
  throw new FormatError(`TensorFlow.js has no activation ${name}. Save the model as .safetensors or .keras.`)
}

function regularizer(className: string, config: Config): Config {
  const { l1 = 0, l2 = 0 } = config
  if (/^L1$/i.test(className)) return { class_name: 'L1L2', config: { l1: config['l1'] ?? 0.01, l2: 0 } }
  if (/^L2$/i.test(className)) return { class_name: 'L1L2', config: { l1: 0, l2: config['l2'] ?? 0.01 } }
  if (/^L1L2$/i.test(className)) return { class_name: 'L1L2', config: { l1, l2 } }
  throw new FormatError(`TensorFlow.js has no regularizer ${className}. Save the model as .safetensors or .keras.`)
}
