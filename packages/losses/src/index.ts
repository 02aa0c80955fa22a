export * from './all.ts'
export * as losses from './all.ts'
export * from './functions.ts'
