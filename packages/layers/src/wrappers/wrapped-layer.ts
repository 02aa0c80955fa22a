import type { BaseLayer, Kind } from '@gradus/core'

/** The option of a wrapper for the wrapped layer. */
export const wrappedLayer = { type: 'layer' as Kind<BaseLayer>, required: true } as const
