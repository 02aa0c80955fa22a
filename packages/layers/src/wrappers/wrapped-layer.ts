import type { BaseLayer, Kind } from '@gradus/core'

/** The option of a wrapper that holds the layer inside of it. */
export const wrappedLayer = { type: 'layer' as Kind<BaseLayer>, required: true } as const
