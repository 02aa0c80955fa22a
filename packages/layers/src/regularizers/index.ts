export { L1, type L1Config } from './l1.ts'
export { L1L2, type L1L2Config } from './l1l2.ts'
export { L2, type L2Config } from './l2.ts'
export { OrthogonalRegularizer, type OrthogonalRegularizerConfig } from './orthogonal-regularizer.ts'
