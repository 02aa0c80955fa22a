// For backends that plan memory and run programs in their own way.
export * from './missing-op.ts'
export * from './place.ts'
export * from './plan-lifetimes.ts'
export * from './repeat.ts'
