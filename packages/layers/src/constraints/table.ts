import { MaxNorm } from './max-norm.ts'
import { MinMaxNorm } from './min-max-norm.ts'
import { NonNeg } from './non-neg.ts'
import { UnitNorm } from './unit-norm.ts'

/** The constraints by the names that layers take. */
export const constraints = { maxNorm: MaxNorm, minMaxNorm: MinMaxNorm, nonNeg: NonNeg, unitNorm: UnitNorm } as const
