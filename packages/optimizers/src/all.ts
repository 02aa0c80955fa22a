export { Adam } from './adam.ts'
export { AdamW, type AdamWConfig } from './adamw.ts'
export { RMSprop, type RMSpropConfig } from './rmsprop.ts'
export { SGD, type SGDConfig } from './sgd.ts'
