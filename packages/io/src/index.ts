export { type FileSource, type FileTarget, readFile, writeFileAtomic } from './platform-files.ts'
export * from './safetensors.ts'
