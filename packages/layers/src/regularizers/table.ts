import { L1 } from './l1.ts'
import { L1L2 } from './l1l2.ts'
import { L2 } from './l2.ts'
import { OrthogonalRegularizer } from './orthogonal-regularizer.ts'

/** The regularizers by the names that layers take. */
export const regularizers = { l1: L1, l1l2: L1L2, l2: L2, orthogonalRegularizer: OrthogonalRegularizer } as const
