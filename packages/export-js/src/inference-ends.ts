import { ConfigError, inputShapesOf, isPlainObject, leavesOf, mapLeaves } from '@gradus/core'
import {
  type DType,
  formatShape,
  type SymbolicDType,
  type SymbolicShape,
  type SymbolicTensor,
  type Tensor,
  type Tree,
} from '@gradus/tensor'
import type { InferenceGraphOptions, InferenceModel, Port } from './inference-model.ts'

/** The inputs and outputs of a model. */
export interface Ends {
  readonly inputs: readonly Port[]
  readonly outputNames: readonly string[]
  /** The inputs in the structure in which the model takes them. */
  structured(tensors: readonly Tensor[]): Tree
}

/** The inputs and outputs of a model. Throws `ConfigError` for a size that is not known, and for inputs of strings. */
export function endsOf(model: InferenceModel, options: InferenceGraphOptions): Ends {
  const { network } = model
  if (!network) return endsOfSubclass(model, options)
  const inputs = network.inputs.map((tensor, index): Port => {
    const name = model.inputNames[index]!
    return { name, shape: sampleShape(name, tensor.shape, options), dtype: deviceDType(name, tensor.dtype) }
  })
  const outputNames = leavesOf(model.outputs).map(
    (leaf) => model.outputNames[network.outputs.indexOf(leaf as SymbolicTensor)]!,
  )
  const structured = (tensors: readonly Tensor[]) =>
    mapLeaves(model.inputs, (leaf) => tensors[network.inputs.indexOf(leaf as SymbolicTensor)]) as Tree
  return { inputs, outputNames, structured }
}

/** The inputs of a model that is code: those of its first call. */
function endsOfSubclass(model: InferenceModel, options: InferenceGraphOptions): Ends {
  const known = inputShapesOf(model)['']
  if (known === undefined) {
    throw new ConfigError(
      `The shapes of the inputs of ${model.type} are not known, because it was never called. Call it once, or load it from a file.`,
    )
  }
  const dtype = deviceDType('x', model.inputDType)
  const shapes: { name: string; shape: SymbolicShape }[] = []
  const visit = (value: unknown, name: string): unknown => {
    if (Array.isArray(value) && value.every((size) => size === null || typeof size === 'number')) {
      shapes.push({ name, shape: value as SymbolicShape })
      return shapes.length - 1
    }
    if (Array.isArray(value)) return value.map((part, index) => visit(part, `input_${index + 1}`))
    if (!isPlainObject(value)) throw new ConfigError(`The shapes of the inputs of ${model.type} are not known.`)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, visit(part, key)]))
  }
  const places = visit(known, 'x')
  const filled = (place: unknown, tensors: readonly Tensor[]): unknown => {
    if (typeof place === 'number') return tensors[place]
    if (Array.isArray(place)) return place.map((part) => filled(part, tensors))
    return Object.fromEntries(Object.entries(place as object).map(([key, part]) => [key, filled(part, tensors)]))
  }
  const inputs = shapes.map(({ name, shape }): Port => ({ name, shape: sampleShape(name, shape, options), dtype }))
  return { inputs, outputNames: [], structured: (tensors) => filled(places, tensors) as Tree }
}

function deviceDType(name: string, dtype: SymbolicDType): DType {
  if (dtype !== 'string') return dtype
  throw new ConfigError(
    `The input '${name}' takes strings, which are converted on the host. Take the layers that read strings out of the model, and prepare their values before.`,
  )
}

/** The shape of a sample with all sizes. Throws `ConfigError` for a size that is neither known nor given. */
function sampleShape(name: string, [batch, ...sizes]: SymbolicShape, { inputShape }: InferenceGraphOptions): number[] {
  if (typeof batch === 'number' && batch !== 1) {
    throw new ConfigError(
      `The input '${name}' has the batch size ${batch} fixed, and here the model is used for one sample at a time. Make it without batchSize.`,
    )
  }
  const given = Array.isArray(inputShape)
    ? inputShape
    : (inputShape as Record<string, readonly number[]> | undefined)?.[name]
  const fits =
    given && given.length === sizes.length && sizes.every((size, axis) => size === null || size === given[axis])
  if (given && !fits) {
    throw new ConfigError(
      `inputShape is ${formatShape(given)} for the input '${name}', which has the shape ${shown(sizes)} for one sample.`,
    )
  }
  if (given) return [...given]
  if (sizes.every((size) => size !== null)) return sizes as number[]
  throw new ConfigError(
    `The input '${name}' has the shape ${shown(sizes)} for one sample, and null stands for a size that is not known. Give all sizes with inputShape, such as ${formatShape(sizes.map((size) => size ?? 16))}.`,
  )
}

function shown(sizes: readonly (number | null)[]): string {
  return `[${sizes.map(String).join(', ')}]`
}
