import { Dense } from '@gradus/layers'

export const layer = new Dense({ unit: 8 })
