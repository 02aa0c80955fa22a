import { isPlainObject } from '@gradus/core'
import type { Config } from './object.ts'

/**
 * Keeps the size of batches in the inputs of a model with a stateful layer, which needs it: an `InputLayer` gets `batch_size`, and a stack
 * that begins with another layer gets an `InputLayer`. Other models take batches of any size, whatever their files say.
 */
export function withBatchSizes(config: unknown): unknown {
  return isStateful(config) ? rewrite(config) : config
}

function isStateful(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isStateful)
  return isPlainObject(value) && (value['stateful'] === true || Object.values(value).some(isStateful))
}

function rewrite(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewrite)
  if (!isPlainObject(value)) return value
  const { class_name: className, config } = value
  if (className === 'InputLayer' && isPlainObject(config)) {
    const size = batchOf(config)
    return size === undefined ? value : { ...value, config: { ...config, batch_size: size } }
  }
  const inner = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rewrite(item)]))
  return className === 'Sequential' ? withInput(inner) : inner
}

function withInput(model: Config): Config {
  const { config } = model
  const layers = Array.isArray(config) ? config : (config as Config | undefined)?.['layers']
  const first: unknown = Array.isArray(layers) ? layers[0] : undefined
  const options = isPlainObject(first) && isPlainObject(first['config']) ? first['config'] : {}
  const size = batchOf(options)
  if (size === undefined || (first as Config)['class_name'] === 'InputLayer') return model
  const { batch_input_shape: shape, dtype, name } = options
  const isLookup = (first as Config)['class_name'] === 'Embedding'
  const input = {
    class_name: 'InputLayer',
    config: {
      name: `${String(name)}_input`,
      batch_input_shape: shape,
      batch_size: size,
      ...(!isLookup && typeof dtype === 'string' && { dtype }),
    },
  }
  const all = [input, ...(layers as unknown[])]
  return { ...model, config: Array.isArray(config) ? all : { ...(config as Config), layers: all } }
}

function batchOf({ batch_shape: shape, batch_input_shape: old }: Config): number | undefined {
  const given = shape ?? old
  const [size] = Array.isArray(given) ? (given as unknown[]) : []
  return Number.isSafeInteger(size) && (size as number) > 0 ? (size as number) : undefined
}
