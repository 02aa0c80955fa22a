import { type BaseLayer, ConfigError, type LayerConfig } from '@gradus/core'

/**
 * Returns the name of each layer of a model: the name in its config, or its type in snake_case, numbered from the second layer
 * on. Throws `ConfigError` if two layers have the same name in their configs.
 */
export function nameLayers(layers: readonly BaseLayer[]): ReadonlyMap<BaseLayer, string> {
  const names = new Map<BaseLayer, string>()
  const taken = new Set<string>()
  for (const layer of layers) {
    const { name } = layer.config as LayerConfig
    if (name === undefined || name === null) continue
    if (taken.has(name)) throw new ConfigError(`Two layers of the model are called '${name}'. Give each another name.`)
    taken.add(name)
    names.set(layer, name)
  }
  const counts = new Map<string, number>()
  for (const layer of layers) {
    if (names.has(layer)) continue
    const stem = layer.defaultName
    let name: string
    do {
      const count = counts.get(stem) ?? 0
      counts.set(stem, count + 1)
      name = count === 0 ? stem : `${stem}_${count}`
    } while (taken.has(name))
    taken.add(name)
    names.set(layer, name)
  }
  return names
}
