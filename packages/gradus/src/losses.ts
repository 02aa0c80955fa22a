export { Loss } from '@gradus/core'
export * from '@gradus/losses'
