import type { Layer, Masks } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { Unsupported } from './outcome.ts'
import { camelCase, isRecorded, type Recorded, toTensor } from './recorded.ts'

/** The options of a call as Gradus layers take them. */
export interface RecordedOptions {
  readonly training: boolean
  readonly mask: Masks
  readonly rest: Readonly<Record<string, unknown>>
}

/**
 * Translates the arguments of a recorded call. Arguments that are `None` or `False` are left out. Throws `Unsupported` for
 * others that the layer does not have.
 */
export function optionsOf(layer: Layer, kwargs: Readonly<Record<string, unknown>>): RecordedOptions {
  const { training, mask, ...others } = kwargs
  const { callFields, callDefaults } = layer.constructor as typeof Layer
  const rest = Object.entries(others).flatMap(([name, value]) => {
    if (value === null || value === false) return []
    const key = camelCase(name)
    if (!Object.hasOwn(callFields, key)) throw new Unsupported(`call option ${name}`)
    return [[key, valueOf(key, value)] as const]
  })
  return { training: (training ?? callDefaults.training) === true, mask: masksOf(mask), rest: Object.fromEntries(rest) }
}

function valueOf(key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((entry) => valueOf(key, entry))
  if (!isRecorded(value)) return value
  return toTensor(value as Recorded, key.endsWith('Mask') ? 'bool' : undefined)
}

function masksOf(mask: unknown): Masks {
  if (Array.isArray(mask)) return mask.map(masksOf) as Masks
  return isRecorded(mask) ? (toTensor(mask, 'bool') as Tensor) : undefined
}
