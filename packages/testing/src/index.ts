export * from './checks.ts'
export * from './suites.ts'
