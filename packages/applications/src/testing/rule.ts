// Weights and images by a rule, which the program that recorded the outputs of Keras follows, too.
import type { HostArray, Variable } from '@gradus/core'

/** A value for each variable of a model, from its position and name. */
export function ruleWeights(variables: readonly Variable[]): HostArray[] {
  return variables.map(({ path, value }, position) => {
    const { shape, size } = value
    const name = path.split('.').at(-1)!
    const convert = rangeOf(name, shape)
    const data = Float32Array.from({ length: size }, (_, index) => convert(fraction(position, index)))
    return { data, shape, dtype: 'float32' }
  })
}

/** Images of waves, with pixels from 0 to 255 or, unless `scales`, from -1 to 1. */
export function ruleImage(shape: readonly number[], scales: boolean): HostArray {
  const size = shape.reduce((product, d) => product * d, 1)
  const data = Float32Array.from({ length: size }, (_, index) => {
    const pixel = (Math.sin(index * 0.37) + 1) * 127.5
    return scales ? pixel : pixel / 127.5 - 1
  })
  return { data, shape, dtype: 'float32' }
}

/** A number from 0 to 1 for an element of a weight. */
function fraction(position: number, index: number): number {
  const mixed = (Math.imul(index, 2654435761) + position * 40503 + 12345) >>> 0
  return ((mixed ^ 0x5bd1e995) >>> 0) / 2 ** 32
}

function rangeOf(name: string, shape: readonly number[]): (u: number) => number {
  if (['gamma', 'movingVariance', 'variance'].includes(name)) return (u) => 0.5 + u
  if (['beta', 'bias', 'movingMean', 'mean'].includes(name)) return (u) => (u - 0.5) * 0.2
  if (name === 'count') return () => 0
  const inputs = name.startsWith('depthwise') ? shape.slice(0, 2) : shape.slice(0, -1)
  const width = Math.sqrt(6 / inputs.reduce((product, d) => product * d, 1))
  return (u) => (u - 0.5) * 2 * width
}
