import { add, equal, full, mul, sub, type Tensor, where } from '@gradus/tensor'
import { leafAt, mapValues } from './leaves.ts'

/**
 * The moving averages of parameters after an update: momentum * average + (1 - momentum) * parameter, and the parameters
 * themselves at the first update. `updates` counts earlier updates, int32 scalar.
 */
export function movingAverages(
  params: ReadonlyMap<string, Tensor>,
  averages: ReadonlyMap<string, Tensor>,
  updates: Tensor,
  emaMomentum: number,
): Map<string, Tensor> {
  const isFirst = equal(updates, 0)
  return mapValues(params, (param, path) => {
    const momentum = where(isFirst, full([], 0, param.dtype, param), emaMomentum)
    return add(mul(leafAt(averages, path, 'average'), momentum), mul(param, sub(1, momentum)))
  })
}
