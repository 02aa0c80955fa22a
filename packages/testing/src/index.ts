export * from './suites.ts'
