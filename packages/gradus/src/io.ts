export * from '@gradus/io'
export { decodeModel, type ModelFile } from '@gradus/models'
