import type {
  CallSpec,
  FunctionalSpec,
  InputSpec,
  LayerSpec,
  ModelSpec,
  Named,
  NodeSpec,
  SequentialSpec,
  TensorRef,
} from '@gradus/core'
import type { DType } from '@gradus/tensor'
import { FormatError } from './format-error.ts'
import { asKerasObject, describeKeras, type KerasObject, optionName } from './keras-names.ts'

/** Translates a layer, or a model within a model. */
export type TranslateLayer = (object: KerasObject) => LayerSpec | ModelSpec

type Config = Readonly<Record<string, unknown>>

/** The config of a `Sequential` as a spec. The shape of a sample becomes an `Input` at the start. */
export function sequentialSpec(object: KerasObject, translate: TranslateLayer): SequentialSpec {
  const config = configOf(object)
  const layers = listOf(config['layers'], `layers of ${titleOf(object)}`).map((entry) =>
    translate(objectOf(entry, 'a layer')),
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

/** The config of a functional model as a spec. */
export function functionalSpec(object: KerasObject, translate: TranslateLayer): FunctionalSpec {
  const config = configOf(object)
  return {
    model: 'Functional',
    ...commonOf(config),
    layers: listOf(config['layers'], `layers of ${titleOf(object)}`).map((entry) =>
      node(objectOf(entry, 'a layer'), translate),
    ),
    inputs: references(config['input_layers'], `input_layers of ${titleOf(object)}`),
    outputs: references(config['output_layers'], `output_layers of ${titleOf(object)}`),
  }
}

/** The config of an `InputLayer` as a spec. */
export function inputSpec(object: KerasObject): InputSpec {
  const { name, batch_shape, batch_input_shape, dtype } = configOf(object)
  const shape = batch_shape ?? batch_input_shape
  if (!isShape(shape))
    throw new FormatError(`An InputLayer has the batch_shape ${describeKeras(shape)}; expected a list of dimensions.`)
  const type = typeof dtype === 'string' ? dtype : 'float32'
  const inputDtype = (/^u?int\d+$/.test(type) ? 'int32' : type) as DType
  return {
    layer: 'Input',
    ...(typeof name === 'string' && { name }),
    shape: shape.slice(1),
    ...(inputDtype !== 'float32' && { inputDtype }),
  }
}

// Operators between symbolic tensors, such as `a + b`, are saved as these; layers do the same.
const operators = ['Add', 'Subtract', 'Multiply', 'Maximum', 'Minimum']

function node(object: KerasObject, translate: TranslateLayer): NodeSpec {
  const config = configOf(object)
  const name = (object.raw['name'] ?? config['name']) as string
  if (typeof name !== 'string') throw new FormatError(`A ${object.className} in a functional model has no name.`)
  const calls = listOf(object.raw['inbound_nodes'] ?? [], `inbound_nodes of '${name}'`).map((call) =>
    callOf(call, name),
  )
  if (object.module?.includes('.ops.')) return { name, spec: operator(object, name, calls), calls }
  return { name, spec: translate(object), calls }
}

function operator({ className }: KerasObject, name: string, calls: readonly CallSpec[]): LayerSpec {
  if (operators.includes(className) && calls.every(({ inputs }) => inputs.length > 1)) return { layer: className, name }
  throw new FormatError(
    `The model uses the operation ${className} ('${name}') outside of a layer, which cannot be translated. Put it into a layer of your own and save the model again.`,
  )
}

// Tensor arguments that follow the input, in the order in which layers take them here.
const laterInputs = ['value', 'key', 'initial_state']

function callOf(call: unknown, name: string): CallSpec {
  if (Array.isArray(call)) return legacyCall(call, name)
  const { args, kwargs } = call as { args?: unknown; kwargs?: Config }
  if (!Array.isArray(args))
    throw new FormatError(`A call of '${name}' is ${describeKeras(call)}; expected { args, kwargs }.`)
  const named = { ...kwargs }
  const first = named['inputs'] ?? named['query'] ?? named['sequence']
  const [listed = first, ...more] = args as unknown[]
  for (const key of ['inputs', 'query', 'sequence']) delete named[key]
  const inputs: TensorRef[] = tensorsIn(listed)
  if (inputs.length === 0)
    throw new FormatError(`A call of '${name}' has the input ${describeKeras(listed)}; expected tensors.`)
  for (const extra of [...more, ...laterInputs.map((key) => named[key])]) {
    if (extra === null || extra === undefined) continue
    const found = tensorsIn(extra)
    if (found.length === 0)
      throw new FormatError(
        `A call of '${name}' has the argument ${describeKeras(extra)} without its name; expected a tensor.`,
      )
    inputs.push(...found)
  }
  for (const key of laterInputs) delete named[key]
  return { inputs, many: Array.isArray(listed) || inputs.length > 1, ...optionsOf(named, name) }
}

/** Calls as Keras 2 wrote them: a list of `[layer, call, output, kwargs]`. */
function legacyCall(call: readonly unknown[], name: string): CallSpec {
  const inputs = call.map((entry) => reference(entry, `a call of '${name}'`))
  const options = (call[0] as readonly unknown[] | undefined)?.[3]
  return { inputs, many: call.length > 1, ...optionsOf((options ?? {}) as Config, name) }
}

function optionsOf(named: Config, name: string): { options?: Config } {
  const options = Object.entries(named).filter(([key, value]) => {
    if (value === null || (value === false && key !== 'training')) return false
    if (tensorsIn(value).length > 0) {
      throw new FormatError(
        `A call of '${name}' has a tensor as its argument '${key}', which cannot be translated. Only inputs can be tensors.`,
      )
    }
    return true
  })
  return options.length > 0
    ? { options: Object.fromEntries(options.map(([key, value]) => [optionName(key), value])) }
    : {}
}

/** The references in a tensor or a list of tensors; none for anything else. */
function tensorsIn(value: unknown): TensorRef[] {
  if (Array.isArray(value)) {
    const found = value.map(tensorsIn)
    return found.every((entry) => entry.length === 1) ? found.flat() : []
  }
  const object = asKerasObject(value)
  if (object?.className !== '__keras_tensor__') return []
  return [reference(configOf(object)['keras_history'], 'a tensor')]
}

function references(value: unknown, where: string): Named<TensorRef> {
  if (Array.isArray(value)) {
    return typeof value[0] === 'string' ? reference(value, where) : value.map((entry) => reference(entry, where))
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, reference(entry, where)]))
  }
  throw new FormatError(`The ${where} are ${describeKeras(value)}; expected [layer, call, output].`)
}

function reference(value: unknown, where: string): TensorRef {
  const [layer, call, output] = Array.isArray(value) ? (value as unknown[]) : []
  if (typeof layer === 'string' && Number.isInteger(call) && Number.isInteger(output))
    return [layer, call as number, output as number]
  throw new FormatError(`In ${where}, ${describeKeras(value)} stands where [layer, call, output] was expected.`)
}

function commonOf(config: Config): { name?: string; trainable?: boolean } {
  return {
    ...(typeof config['name'] === 'string' && { name: config['name'] }),
    ...(config['trainable'] === false && { trainable: false }),
  }
}

function configOf({ config, className }: KerasObject): Config {
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config as Config
  throw new FormatError(`The config of a ${className} is ${describeKeras(config)}; expected an object.`)
}

function objectOf(value: unknown, what: string): KerasObject {
  const object = asKerasObject(value)
  if (!object)
    throw new FormatError(`${describeKeras(value)} stands where ${what} was expected: { class_name, config }.`)
  return object
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new FormatError(`The ${where} are ${describeKeras(value)}; expected a list.`)
}

function isShape(value: unknown): value is (number | null)[] {
  return Array.isArray(value) && value.length > 0 && value.every((d) => d === null || Number.isInteger(d))
}

function titleOf({ className, config }: KerasObject): string {
  const name = (config as Config | null)?.['name']
  return typeof name === 'string' ? `the ${className} '${name}'` : `a ${className}`
}
