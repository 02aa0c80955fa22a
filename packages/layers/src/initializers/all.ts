// index.ts is the table in which layers look up names, so it is in every program with layers. Initializers for one layer stand
// here.
export * from './index.ts'
export { STFT, type STFTConfig } from './stft.ts'
