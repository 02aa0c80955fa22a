import { type Application, apply, type Fail, type Translate } from './application.ts'
import { rankOf } from './known-shapes.ts'
import { dtypeOfKeras } from './names.ts'
import { type Config, describeKeras } from './object.ts'

// Operations on numbers that take other arguments than ours.

export const cast: Translate = ([x], { dtype }) => apply('cast', x, dtypeOfKeras(String(dtype)))

export const clip: Translate = ([x], { x_min: low, x_max: high }) => apply('clip', x, low, high)

export const round: Translate = ([x], { decimals = 0 }) => {
  if (decimals === 0) return apply('round', x)
  const scale = 10 ** (decimals as number)
  return apply('div', apply('round', apply('mul', x, scale)), scale)
}

export const normalize: Translate = ([x], { axis, order, epsilon }, fail) => {
  if (order !== 2) throw fail(`has the order ${describeKeras(order)}; only 2 is known here`)
  return apply('l2Normalize', x, { axis, epsilon: epsilon ?? 1e-7 })
}

export const average: Translate = ([x], { axis, weights }, fail) => {
  if (weights) throw fail('has weights')
  return apply('mean', x, along(axis))
}

export const moments: Translate = ([x], { axes, keepdims }) => apply('moments', x, { axis: axes, keepDims: keepdims })

export const max: Translate = (args, options) => extreme('max', 'maximum', args, options)

export const min: Translate = (args, options) => extreme('min', 'minimum', args, options)

function extreme(operation: string, ofTwo: string, [x]: readonly unknown[], { axis, keepdims, initial }: Config) {
  const found = apply(operation, x, { ...along(axis), keepDims: keepdims })
  return initial === null || initial === undefined ? found : apply(ofTwo, found, initial)
}

export const norm: Translate = ([x], { ord, axis, keepdims }, fail) => {
  const vectors = typeof axis === 'number' || rankOf(x, fail) === 1
  if (!vectors && ord !== null && ord !== 'fro') throw fail(`takes the norm ${describeKeras(ord)} of matrices`)
  return apply('norm', x, { ...along(axis), keepDims: keepdims, ...(vectors && typeof ord === 'number' && { ord }) })
}

export const cumsum: Translate = (args, options, fail) => running('cumsum', args, options, fail)

export const cumprod: Translate = (args, options, fail) => running('cumprod', args, options, fail)

function running(operation: string, [x]: readonly unknown[], { axis, dtype }: Config, fail: Fail): Application {
  if (dtype) throw fail(`has the dtype ${describeKeras(dtype)}`)
  return axis === null ? apply(operation, apply('flatten', x), { axis: 0 }) : apply(operation, x, { axis })
}

export const argsort: Translate = ([x], { axis }) =>
  axis === null ? apply('argsort', apply('flatten', x)) : apply('argsort', x, { axis })

export const topK: Translate = ([x], { k }) => apply('topK', x, k)

export const einsum: Translate = (operands, { subscripts }) => apply('einsum', subscripts, ...operands)

export const zerosLike: Translate = ([x], { dtype }) => inDType(apply('zerosLike', x), dtype)

export const onesLike: Translate = ([x], { dtype }) => inDType(apply('onesLike', x), dtype)

export const fullLike: Translate = ([x, value], { dtype }) => inDType(apply('mul', apply('onesLike', x), value), dtype)

function inDType(made: Application, dtype: unknown): Application {
  return dtype ? apply('cast', made, dtypeOfKeras(String(dtype))) : made
}

export const maxPool: Translate = (args, options, fail) => pool('maxPool', args, options, fail)

export const averagePool: Translate = (args, options, fail) => pool('averagePool', args, options, fail)

function pool(operation: string, [x]: readonly unknown[], options: Config, fail: Fail): Application {
  const { pool_size: poolSize, strides, padding, data_format: format } = options
  if (format === 'channels_first') throw fail('has its channels first; expected them last')
  return apply(operation, x, { poolSize, strides, padding })
}

function along(axis: unknown): Config {
  return axis === null || axis === undefined ? {} : { axis }
}
