export { L1 } from './l1.ts'
export { L1L2 } from './l1l2.ts'
export { L2 } from './l2.ts'
export { OrthogonalRegularizer } from './orthogonal-regularizer.ts'
