export * from './backend/backend-checks.ts'
