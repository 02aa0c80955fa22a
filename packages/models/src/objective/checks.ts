import { DataError, type HostArray, type Loss } from '@gradus/core'
import { type DType, formatShape, inferShapes, isFloat, type Shape, ShapeError, sizeOf, Tensor } from '@gradus/tensor'
import type { HostBatch, Ports } from '../input/index.ts'

/** Throws `DataError` for missing targets and `ShapeError` for targets that do not fit the outputs under their losses. */
export function checkTargets(samples: HostBatch, { outputs }: Ports, losses: readonly (Loss | undefined)[]): void {
  outputs.forEach((output, index) => {
    requireTarget(output, samples.targets[index], losses[index])
  })
}

/** Throws `DataError` for values that are not finite and for labels that the losses do not accept. */
export function checkValues(
  samples: HostBatch,
  { inputs, outputs }: Ports,
  losses: readonly (Loss | undefined)[],
): void {
  samples.inputs.forEach((array, index) => {
    const several = samples.inputs.length > 1
    requireFinite(several ? `x.${inputs[index]?.name ?? index}` : 'x', array)
  })
  samples.weights.forEach((array) => {
    if (array) requireFinite('sampleWeight', array)
  })
  samples.targets.forEach((array, index) => {
    if (!array) return
    const name = outputs.length > 1 ? `y.${outputs[index]!.name}` : 'y'
    requireFinite(name, array)
  })
  checkLabels(samples, outputs, losses)
}

/** Throws `DataError` for labels that the losses do not accept. */
export function checkLabels(
  { targets }: HostBatch,
  outputs: Ports['outputs'],
  losses: readonly (Loss | undefined)[],
): void {
  targets.forEach((array, index) => {
    const { name, shape } = outputs[index]!
    if (array) losses[index]?.checkTarget(array, shape, outputs.length > 1 ? `y.${name}` : 'y')
  })
}

function requireTarget(output: Ports['outputs'][number], target: HostArray | undefined, loss: Loss | undefined): void {
  if (!loss) return
  const { name, shape, dtype } = output
  if (!target)
    throw new DataError(`There are no targets for the output '${name}', which has the loss ${loss.type}. Give y.`)
  try {
    inferShapes(() => {
      loss.call(new Tensor(target), new Tensor({ shape: batchShape(shape, target.shape), dtype: dtype as DType }))
    })
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error
    throw new ShapeError(
      `The targets have shape ${formatShape(target.shape)} and the output '${name}' has shape ${formatShape(shape)}; they do not fit under ${loss.type}. ` +
        `Change y, the units of '${name}', or the loss. (${error.message})`,
    )
  }
}

function batchShape(shape: readonly (number | null)[], like: Shape): Shape {
  // a fixed batch size is that of an example; data may have any
  return shape.map((d, axis) => (axis === 0 ? like[0] : d) ?? like[axis] ?? 1)
}

/** Throws `DataError` with the position of the first value that is NaN or infinite. */
function requireFinite(name: string, array: HostArray): void {
  if (!isFloat(array.dtype)) return
  if (allFinite(array.data)) return
  const index = array.data.findIndex((value: number) => !Number.isFinite(value))
  const width = sizeOf(array.shape.slice(1))
  throw new DataError(
    `${name} holds ${array.data[index]} in sample ${Math.floor(index / width)} (value ${index % width} of ${width}). Remove the sample or fill the value in.`,
  )
}

function allFinite(data: HostArray['data']): boolean {
  // x - x is 0 for finite numbers and NaN for others; this sum is many times faster than a test of each number
  let sum = 0
  for (let i = 0; i < data.length; i++) sum += data[i]! - data[i]!
  return sum === 0
}
