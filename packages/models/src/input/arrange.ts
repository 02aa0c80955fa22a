import {
  type Batch,
  castHostArray,
  DataError,
  type HostArray,
  type HostValues,
  isHostArray,
  isHostValues,
  isStringArray,
  type Named,
  requireNumbers,
  sampleCount,
} from '@gradus/core'
import { byPort } from './by-port.ts'
import { type ClassWeight, weightsByClass } from './class-weight.ts'
import { fitShape } from './fit-shape.ts'
import type { HostBatch } from './host-batch.ts'
import { padInput, padTimeSteps } from './max-length.ts'
import type { Port, Ports } from './ports.ts'

/**
 * Sorts arrays that are given alone, in lists or by name into the order of a model's inputs and outputs, pads inputs with a
 * `maxLength`, and runs the model's host layers. Throws `DataError` for shapes, counts and names that do not fit.
 */
export function arrange({ x, y, sampleWeight }: Batch, ports: Ports, classWeight?: ClassWeight): HostBatch {
  const size = sampleCount({ x, ...(y !== undefined && { y }), ...(sampleWeight !== undefined && { sampleWeight }) })
  const given = byPort('x', x, ports.inputs, isHostValues).map((values, index) =>
    fitInput(values, ports.inputs[index]!, inputName(ports, index)),
  )
  const padded = given.map((values, index) => {
    const port = ports.inputs[index]!
    return port.maxLength === undefined ? undefined : padInput(requireNumbers(values, port.name), port)
  })
  const fixed = given.map((values, index) => padded[index]?.array ?? values)
  const inputs = ports.prepare?.(fixed) ?? (fixed as HostArray[])
  const targets = y === undefined ? ports.outputs.map(() => undefined) : byPort('y', y, ports.outputs, isHostArray)
  return {
    inputs,
    lengths: padded.map((input) => input?.lengths),
    targets: targets.map((target, index) => target && padLike(target, ports, index)),
    weights: weightsOf(targets, sampleWeight, ports, classWeight).map(
      (weight, index) => weight && (weight.shape.length > 1 ? padLike(weight, ports, index) : weight),
    ),
    size,
  }
}

/** Pads targets to the time steps of an output that follows a padded input. */
function padLike(target: HostArray, { inputs, outputs }: Ports, index: number): HostArray {
  const { follows } = outputs[index]!
  return follows === undefined ? target : padTimeSteps(target, inputs[follows]!.maxLength!)
}

function weightsOf(
  targets: readonly (HostArray | undefined)[],
  sampleWeight: Named<HostArray> | undefined,
  { outputs }: Ports,
  classWeight: ClassWeight | undefined,
): (HostArray | undefined)[] {
  if (sampleWeight !== undefined && classWeight) {
    throw new DataError('classWeight and sampleWeight cannot be combined; multiply them into sampleWeight yourself.')
  }
  if (classWeight && outputs.length > 1) {
    throw new DataError(
      `classWeight works for models with one output; this one has ${outputs.length}. Use sampleWeight.`,
    )
  }
  if (classWeight && targets[0]) return [weightsByClass(targets[0], classWeight)]
  if (sampleWeight === undefined) return outputs.map(() => undefined)
  return isHostValues(sampleWeight)
    ? outputs.map(() => sampleWeight)
    : byPort('sampleWeight', sampleWeight, outputs, isHostArray)
}

function fitInput(values: HostValues, port: Port, name: string): HostValues {
  if (port.dtype !== 'string') requireNumbers(values, `The input '${port.name}'`)
  else if (!isStringArray(values)) {
    throw new DataError(`The input '${port.name}' expects strings and got ${values.dtype} numbers.`)
  }
  const shape = fitShape(values.shape, port)
  if (isStringArray(values) || !isWhole(port.dtype)) return { ...values, shape }
  // the model would cut the decimals
  return { ...castHostArray(values, name, port.dtype), shape }
}

/** Whether a dtype has whole numbers only. */
export function isWhole(dtype: Port['dtype']): dtype is 'int32' | 'uint32' {
  return dtype === 'int32' || dtype === 'uint32'
}

/** The name of an input in messages. */
export function inputName({ inputs }: Ports, index: number): string {
  return inputs.length > 1 ? `x.${inputs[index]?.name ?? index}` : 'x'
}
