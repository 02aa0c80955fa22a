import { cpu } from '@gradus/backend-cpu'
import { initLayer, type Layer, Rng, statelessCall, type VariableTrees } from '@gradus/core'
import {
  type Backend,
  type DType,
  type FloatDType,
  isFloat,
  onBackend,
  type Shape,
  type Tensor,
  type Tree,
  treeLeaves,
  treeReplace,
} from '@gradus/tensor'
import { instanceOf } from '../configured-source.ts'
import { type HostTensor, toDevice, toHost } from '../host.ts'
import { RandomNumbers } from '../random-numbers.ts'
import { withOptions } from '../round-trip.ts'
import type { LayerCheckOptions, LayerSource } from './options.ts'

/** A layer with its backend, inputs and variables. */
export interface LayerSetup {
  readonly backend: Backend
  readonly layer: Layer
  /** Whether the layer takes a list of inputs rather than one tensor. */
  readonly many: boolean
  readonly inputs: readonly HostTensor[]
  /** The parameters of the layer and its nested layers, by path. */
  readonly params: VariableTrees['params']
  readonly state: VariableTrees['state']
  readonly mask?: Tensor
}

/** The result of a call, with the outputs in a list. */
export interface LayerResult {
  readonly outputs: readonly Tensor[]
  readonly state: VariableTrees['state']
  readonly losses: readonly Tensor[]
}

/** The shapes of the inputs. Throws if the options have none. */
export function shapesOf({ inputShape, inputShapes }: LayerCheckOptions): readonly Shape[] {
  const shapes = inputShapes ?? (inputShape && [inputShape])
  if (!shapes)
    throw new Error(
      'Give testLayer the shape of the input: inputShape: [batch, ...], or inputShapes for several inputs.',
    )
  return shapes
}

function inputDtypes(layer: Layer, options: LayerCheckOptions): DType[] {
  return shapesOf(options).map((_, index) => {
    const given = Array.isArray(options.inputDtype)
      ? (options.inputDtype[index] as DType)
      : (options.inputDtype as DType | undefined)
    const dtype = given ?? (layer.inputDType as DType)
    return isFloat(dtype) ? layer.dtype : dtype
  })
}

/**
 * Makes a layer in a floating dtype with parameters, state and seeded inputs. Small random numbers are added to the parameters,
 * because a wrong derivative may not show at initial values of zero.
 */
export async function setUpLayer(
  source: LayerSource,
  options: LayerCheckOptions,
  dtype: FloatDType,
): Promise<LayerSetup> {
  const backend = options.backend ?? cpu()
  const made = instanceOf(source, options.config)
  const layer = made.dtype === dtype ? made : withOptions(made, { dtype })
  const shapes = shapesOf(options)
  const many = options.inputShapes !== undefined
  const random = new RandomNumbers(layer.type)
  const dtypes = inputDtypes(layer, options)
  const inputs = shapes.map((shape, index): HostTensor => {
    const float = isFloat(dtypes[index]!)
    const [low, high] = options.inputRange ?? (float ? [-1.5, 1.5] : [0, 3])
    return { shape, dtype: dtypes[index]!, values: random.fill(shape, dtypes[index]!, low, high) }
  })
  const { params, state } = onBackend(backend, () =>
    initLayer(layer, many ? shapes : shapes[0]!, new Rng(1), { dtypes }),
  )
  const moved: Tensor[] = []
  for (const leaf of treeLeaves(params as Tree)) {
    const host = await toHost(leaf)
    const values = isFloat(leaf.dtype)
      ? host.values.map((value) => Math.fround(value + random.uniform(-0.1, 0.1)))
      : host.values
    moved.push(toDevice(backend, { ...host, values }))
  }
  const { mask } = options
  return {
    backend,
    layer,
    many,
    inputs,
    params: treeReplace(params as Tree, moved) as VariableTrees['params'],
    state,
    ...(mask && { mask: toDevice(backend, maskOf(mask)) }),
  }
}

/** A mask as a host tensor. */
export function maskOf(mask: readonly (readonly boolean[])[]): HostTensor {
  return { shape: [mask.length, mask[0]!.length], dtype: 'bool', values: mask.flat().map(Number) }
}

/** A random key on a backend. */
export function keyOf(backend: Backend, seed: number): Tensor {
  return onBackend(backend, () => new Rng(seed).key)
}

/** The inputs as tensors on the backend. */
export function uploadInputs({ backend, inputs }: LayerSetup): Tensor[] {
  return inputs.map((input) => toDevice(backend, input))
}

/** Calls the layer. The call is pure, so it can be compiled and differentiated. */
export function callLayer(
  { layer, many, mask }: Pick<LayerSetup, 'layer' | 'many' | 'mask'>,
  {
    params,
    state,
    inputs,
    key,
    training,
  }: VariableTrees & { inputs: readonly Tensor[]; key: Tensor; training: boolean },
): LayerResult {
  const masks = mask && (many ? inputs.map((_, index) => (index === 0 ? mask : undefined)) : mask)
  const { outputs, ...rest } = statelessCall(layer, { params, state }, many ? inputs : inputs[0]!, {
    rng: new Rng(key),
    training,
    ...(masks && { mask: masks }),
  })
  return { outputs: treeLeaves(outputs), ...rest }
}
