import { type DType, isFloat } from '@gradus/tensor'
import { type Application, apply } from './application.ts'
import { dtypeOfKeras } from './names.ts'
import { KerasTensor } from './saved-call.ts'

// Operations for which Keras casts the operands implicitly: to one common dtype,
const alike =
  /^(add|sub|mul|floorDivide|mod|remainder|pow|clip|maximum|minimum|equal|notEqual|less|lessEqual|greater|greaterEqual|where|concat|stack|matmul|dot|outer|tensordot|einsum)$/
// to a floating dtype,
const floating =
  /^(div|reciprocal|sqrt|rsqrt|exp|exp2|expm1|log|log2|log10|log1p|logAddExp|a?(sin|cos|tan)h?|atan2|erf|erfc|erfInv|sigmoid|silu|softplus|gelu|softmax|logSoftmax|l2Normalize|floor|ceil|mean|variance|std|moments|logSumExp|norm)$/
// or to a numeric dtype.
const numeric = /^(sum|prod|cumsum|cumprod|square)$/

/**
 * Returns the arguments of an application with explicit casts where Keras promotes dtypes; our operations do not. `result` is the
 * dtype of the result in Keras: it distinguishes `x * 2.0` from `x * 2`, which are equal in JSON.
 */
export function withCasts({ operation, args }: Application, result: string | undefined): readonly unknown[] {
  // the condition of `where` is not cast
  const kept = operation === 'where' ? 1 : 0
  const operands = args.slice(kept).flat()
  const dtypes = operands.flatMap((x) => (x instanceof KerasTensor && x.dtype ? dtypeOfKeras(x.dtype) : []))
  if (dtypes.length === 0) return args
  const wanted = wantedDType(operation, dtypes.reduce(wider), operands, result && dtypeOfKeras(result))
  const cast = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(cast)
    const isOther = value instanceof KerasTensor && value.dtype && dtypeOfKeras(value.dtype) !== wanted
    return isOther ? apply('cast', value, wanted) : value
  }
  return wanted === undefined ? args : args.map((value, index) => (index < kept ? value : cast(value)))
}

function wantedDType(
  operation: string,
  widest: DType,
  operands: readonly unknown[],
  result: DType | undefined | '',
): DType | undefined {
  if (floating.test(operation)) return isFloat(widest) ? widest : 'float32'
  if (numeric.test(operation)) return wider(widest, 'int32')
  if (!alike.test(operation)) return undefined
  if (!isFloat(widest) && operands.some((x) => typeof x === 'number' && !Number.isInteger(x))) return 'float32'
  return result ? wider(widest, result) : widest
}

const widths: readonly DType[] = ['bool', 'int32', 'uint32', 'float16', 'float32', 'float64']

function wider(a: DType, b: DType): DType {
  return widths.indexOf(b) > widths.indexOf(a) ? b : a
}
