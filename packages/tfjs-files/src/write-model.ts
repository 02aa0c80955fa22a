import { FormatError, type LayerSpec, type ModelSpec, type WeightValue } from '@gradus/core'
import { type LayerOutline, type ModelFile, toKeras } from '@gradus/io'
import type { TypedArray } from '@gradus/tensor'
import { isStored } from './match-weights.ts'
import { scaled, slotNames } from './optimizer-weights.ts'
import { asTfjs, type Names, withHardSigmoids } from './to-tfjs.ts'
import { trainingConfig } from './training-config.ts'
import { layerNames, weightNames } from './weight-names.ts'
import { encodeWeights } from './weight-values.ts'

type Config = Readonly<Record<string, unknown>>

/** A weight as it is written. */
interface Written {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: string
  readonly data: TypedArray
  readonly group?: 'optimizer'
}

/** The contents of a file of TensorFlow.js: artifacts, with all weights one after the other in `data`. */
export interface WrittenModel {
  readonly format: 'layers-model'
  readonly generatedBy: string
  readonly convertedBy: null
  readonly modelTopology: unknown
  readonly trainingConfig?: unknown
  readonly weightSpecs: readonly object[]
  readonly data: Uint8Array
}

/** Encodes a model. Throws `FormatError` for layers and options that TensorFlow.js does not have. */
export function artifactsOf({ header, weights, optimizer, outline }: ModelFile): WrittenModel {
  const { spec, compile } = header
  if (!spec || !outline) {
    throw new FormatError(
      'A file of TensorFlow.js holds a whole model, and there are weights only. Save the model with model.save, or the weights as .safetensors.',
    )
  }
  if (header.quantization)
    throw new FormatError(
      'Quantized weights are not written in a file of TensorFlow.js. Save the model as .safetensors.',
    )
  const names = layerNames(outline.layers)
  const keras = toKeras(withHardSigmoids(spec) as ModelSpec | LayerSpec, outline.layers)
  const topology = asTfjs(keras, names)
  const byPath = weightNames(outline.layers, names, innerNames(topology, names))
  const isKept = storedPaths(outline.layers)
  const values = weights.filter(({ path }) => isKept.has(path)).map((weight) => written(weight, byPath))
  const rate = optimizer.find(({ path }) => path === 'learningRate')?.data[0]
  const training = compile && trainingConfig(compile, typeof rate === 'number' ? rate : undefined)
  const all = training ? [...values, ...optimizerWeights(optimizer, weights, byPath, compile)] : values
  return {
    format: 'layers-model',
    generatedBy: 'Gradus',
    convertedBy: null,
    modelTopology: { ...topology, keras_version: 'tfjs-layers 4.22.0', backend: 'tensor_flow.js' },
    ...(training && { trainingConfig: training }),
    weightSpecs: all.map(({ data: _, ...weight }) => weight),
    data: encodeWeights(all),
  }
}

function storedPaths(root: LayerOutline): ReadonlySet<string> {
  const within = ({ weights, sublayers }: LayerOutline): string[] => [
    ...weights.filter(isStored).map(({ path }) => path),
    ...sublayers.flatMap(within),
  ]
  return new Set(within(root))
}

function written({ path, shape, dtype, data }: WeightValue, byPath: ReadonlyMap<string, string>): Written {
  const name = byPath.get(path)
  if (name === undefined) throw new FormatError(`The weight '${path}' has no place in a file of TensorFlow.js.`)
  const float = dtype === 'float32' ? data : Float32Array.from(data as ArrayLike<number>)
  return { name, shape, dtype: 'float32', data: float }
}

/** The names of the layers within wrappers, as they are written. */
function innerNames(topology: Config, names: Names) {
  const inner = new Map<string, string>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const { class_name: className, config } = value as { class_name?: unknown; config?: Config }
    const layer = config?.['layer'] as { config?: Config } | undefined
    if (className === 'Bidirectional') inner.set(String(config?.['name']), String(layer?.config?.['name']))
    for (const item of Object.values(value)) visit(item)
  }
  visit(topology)
  return (layer: string, wrapped: string) =>
    `${wrapped === 'forwardLayer' ? 'forward' : 'backward'}_${inner.get(layer) ?? names.get(layer) ?? layer}`
}

/** The state of the optimizer in the order of TensorFlow.js: the number of steps, then each slot for all weights that are trained. */
function optimizerWeights(
  state: readonly WeightValue[],
  weights: readonly WeightValue[],
  byPath: ReadonlyMap<string, string>,
  compile: Config,
): Written[] {
  const { optimizer, learningRate } = (compile['optimizer'] ?? {}) as { optimizer?: string; learningRate?: unknown }
  const slots = optimizer !== undefined && Object.hasOwn(slotNames, optimizer) ? slotNames[optimizer]! : {}
  const values = new Map(state.map((value) => [value.path, value]))
  const steps = values.get('iteration')?.data[0]
  if (typeof steps !== 'number') return []
  const rate = values.get('learningRate')?.data[0] ?? learningRate
  const found: Written[] = [{ name: 'iter', shape: [], dtype: 'int32', data: Int32Array.of(steps), group: 'optimizer' }]
  for (const [slot, ending] of Object.entries(slots)) {
    for (const { path } of weights) {
      const value = values.get(`slots.${slot}.${path}`)
      if (!value) continue
      const data =
        optimizer === 'SGD' ? scaled(value.data as TypedArray, -1 / Number(rate)) : (value.data as TypedArray)
      found.push({
        name: `${byPath.get(path)}/${ending}`,
        shape: value.shape,
        dtype: 'float32',
        data,
        group: 'optimizer',
      })
    }
  }
  return found
}
