export * from './checks.ts'
export * from './matchers.ts'
export { registerChecks } from './register.ts'
export * from './suites.ts'
