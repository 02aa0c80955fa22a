export * from './all.ts'
export * as metrics from './all.ts'
export * from './loss-metric.ts'
export * from './mean-metric.ts'
