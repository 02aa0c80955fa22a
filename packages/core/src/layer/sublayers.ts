import { isFlat, isPlainObject } from '../structure.ts'

/** The base class of layers. It is a parameter of `layersAmong`, because an import of `BaseLayer` would be a cycle. */
type LayerClass = abstract new (...args: never) => object

/**
 * The instances of `base` among the properties of a layer and then among its options, by name: alone, in lists (`experts.0`) and
 * in plain objects (`towers.left`). Each is listed once, under its first name.
 */
export function layersAmong(
  owner: { readonly config: object; readonly options: object },
  base: LayerClass,
): Record<string, object> {
  const found: Record<string, object> = {}
  const known = new Set<object>([owner])
  const visit = (value: unknown, name: string): void => {
    if (value === null || typeof value !== 'object') return
    if (value instanceof base) {
      if (known.has(value)) return
      known.add(value)
      found[name] = value
    } else if (Array.isArray(value)) {
      if (!isFlat(value)) value.forEach((entry, index) => visit(entry, `${name}.${index}`))
    } else if (isPlainObject(value)) for (const key of Object.keys(value)) visit(value[key], `${name}.${key}`)
  }
  const parts = owner as typeof owner & Readonly<Record<string, unknown>>
  for (const name in parts) {
    if (Object.hasOwn(parts, name) && name !== 'config' && name !== 'options') visit(parts[name], name)
  }
  for (const part of [owner.options, owner.config] as Readonly<Record<string, unknown>>[]) {
    for (const name of Object.keys(part)) visit(part[name], name)
  }
  return found
}
