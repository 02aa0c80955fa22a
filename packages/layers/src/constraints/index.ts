export { MaxNorm } from './max-norm.ts'
export { MinMaxNorm } from './min-max-norm.ts'
export { NonNeg } from './non-neg.ts'
export { UnitNorm } from './unit-norm.ts'
