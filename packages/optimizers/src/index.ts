import { Adam } from './adam.ts'
import { AdamW } from './adamw.ts'
import { RMSprop } from './rmsprop.ts'
import { CosineDecay } from './schedules/cosine-decay.ts'
import { ExponentialDecay } from './schedules/exponential-decay.ts'
import { SGD } from './sgd.ts'

export * from './adam.ts'
export type { AdamConfig } from './adam-step.ts'
export * from './adamw.ts'
export * from './rmsprop.ts'
export * from './schedules/cosine-decay.ts'
export * from './schedules/exponential-decay.ts'
export * from './sgd.ts'

/** Every optimizer of this package, for a registry. */
export const optimizers = [Adam, AdamW, RMSprop, SGD] as const

/** Every schedule of this package, for a registry. */
export const schedules = [CosineDecay, ExponentialDecay] as const
