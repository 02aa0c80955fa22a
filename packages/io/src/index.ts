export * from './format-error.ts'
export * from './keras/from-keras.ts'
export { type FileSource, type FileTarget, readFile, writeFileAtomic } from './platform-files.ts'
export * from './safetensors.ts'
