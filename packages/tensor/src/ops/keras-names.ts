// Keras's names of operations that have a short name here. Both names are the same function; files and registries know it by the
// short one. Re-exports only, so that bundles do not grow.

export { silu as swish } from './activation.ts'
export {
  div as divide,
  div as trueDivide,
  mul as multiply,
  neg as negative,
  sub as subtract,
} from './arithmetic.ts'
export { extractPatches as extractPatches3d } from './blocks.ts'
export { map as vectorizedMap, switchCase as switch } from './control-flow.ts'
export { tensor as array, zeros as empty, zerosLike as emptyLike } from './create.ts'
export { erfInv as erfinv } from './error-function.ts'
export { pow as power } from './exponential.ts'
export { logAddExp as logaddexp, logSumExp as logsumexp } from './log-sum-exp.ts'
export {
  bitwiseNot as bitwiseInvert,
  isFinite as isfinite,
  isInf as isinf,
  isNan as isnan,
  shiftLeft as bitwiseLeftShift,
  shiftLeft as leftShift,
  shiftRight as bitwiseRightShift,
  shiftRight as rightShift,
} from './logical.ts'
export { concat as concatenate } from './movement.ts'
export { hardSilu as hardSwish } from './piecewise.ts'
export { randomInt as randint, randomNormal as normal, randomUniform as uniform } from './random.ts'
export { randomBinomial as binomial } from './random-choices.ts'
export { randomBeta as beta, randomGamma as gamma } from './random-gamma.ts'
export { flatten as ravel, moveAxis as moveaxis, swapAxes as swapaxes } from './rearrange.ts'
export { argMax as argmax, argMin as argmin, max as amax, min as amin } from './reduction.ts'
export { abs as absolute, abs as fabs, remainder as fmod } from './rounding.ts'
export { variance as var } from './statistics.ts'
export {
  acos as arccos,
  acosh as arccosh,
  asin as arcsin,
  asinh as arcsinh,
  atan as arctan,
  atan2 as arctan2,
  atanh as arctanh,
} from './trigonometric.ts'
