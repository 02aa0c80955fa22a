import {
  type BaseLayer,
  castHostArray,
  checkIndices,
  collectIndexLimits,
  type IndexLimit,
  inferLayers,
  layersWithin,
} from '@gradus/core'
import { type DType, isFloat, type Shape, ShapeError, Tensor, type Tree } from '@gradus/tensor'
import { computeDType } from '@gradus/tensor/internals'
import { inputName, isWhole } from './arrange.ts'
import type { HostBatch } from './host-batch.ts'
import { inForm, type Ports } from './ports.ts'

const known = new WeakMap<Ports, readonly (readonly IndexLimit[])[]>()

/**
 * Checks the inputs of a batch that layers of the model read as indices, such as those of `Embedding`. Throws `DataError` with the
 * position of a number that is none. Layers that read computed indices are not checked here: in compiled steps they give NaN.
 */
export function checkInputIndices(model: BaseLayer, { inputs }: HostBatch, ports: Ports): void {
  limitsOf(model, inputs, ports).forEach((limits, index) => {
    for (const limit of limits) checkIndices(inputs[index]!, limit, inputName(ports, index))
  })
}

/**
 * Like `checkInputIndices`, for inputs on the device, which are read only if they have to be checked. Throws `DataError` for
 * floats with decimals in an input of whole numbers, too.
 */
export async function checkTensorIndices(model: BaseLayer, inputs: readonly Tensor[], ports: Ports): Promise<void> {
  const limits = limitsOf(model, inputs, ports)
  for (const [index, input] of inputs.entries()) {
    const { dtype } = ports.inputs[index]!
    const isCut = isFloat(input.dtype) && isWhole(dtype)
    const found = limits[index] ?? []
    if (!isCut && found.length === 0) continue
    const array = { data: await input.data(), shape: input.shape, dtype: computeDType(input.dtype) }
    for (const limit of found) checkIndices(array, limit, inputName(ports, index))
    if (isCut) castHostArray(array, inputName(ports, index), dtype)
  }
}

/** The limits of each input, found by running the model on shapes. */
function limitsOf(
  model: BaseLayer,
  inputs: readonly { readonly shape: Shape; readonly dtype: DType }[],
  ports: Ports,
): readonly (readonly IndexLimit[])[] {
  const found = known.get(ports)
  if (found) return found
  if (!layersWithin(model).some(({ layer }) => layer.inputDType === 'int32' || layer.inputDType === 'uint32')) return []
  // inputs of models are cast to the dtypes of their ports, and would be other tensors
  const tensors = inputs.map(({ shape, dtype }, index) => {
    const port = ports.prepare ? undefined : ports.inputs[index]?.dtype
    return new Tensor({ shape, dtype: port === undefined || port === 'string' ? dtype : port })
  })
  const limits = collectIndexLimits(() => {
    try {
      const options = ports.callOptions ?? {}
      inferLayers((forward, rng) =>
        forward.call(model, inForm(ports.inputForm, tensors) as Tree, { rng, training: false, options }),
      )
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error // reported where the step is compiled
    }
  })
  const perInput = tensors.map((tensor) => limits.get(tensor) ?? [])
  known.set(ports, perInput)
  return perInput
}
