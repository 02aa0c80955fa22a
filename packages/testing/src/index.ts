export * from './checks.ts'
export * from './matchers.ts'
export * from './suites.ts'
