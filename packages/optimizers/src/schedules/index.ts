export { CosineDecay, type CosineDecayConfig } from './cosine-decay.ts'
export { ExponentialDecay, type ExponentialDecayConfig } from './exponential-decay.ts'
