export { MaxNorm, type MaxNormConfig } from './max-norm.ts'
export { MinMaxNorm, type MinMaxNormConfig } from './min-max-norm.ts'
export { NonNeg } from './non-neg.ts'
export { UnitNorm, type UnitNormConfig } from './unit-norm.ts'
