/** The part of a layer that is read here; `BaseLayer` is one. */
interface Owner {
  sublayers(): Readonly<Record<string, Owner>>
}

// the numbers of shared layers while a spec is being made
let current: ReadonlyMap<object, number> | undefined

/**
 * Runs `body`, in which `sharedIdOf` returns a number for each layer that several layers within `root` hold. Nested calls keep
 * the numbers of the outermost one. `body` must be synchronous.
 */
export function withSharedIds<T>(root: Owner, body: () => T): T {
  if (current) return body()
  current = sharedWithin(root)
  try {
    return body()
  } finally {
    current = undefined
  }
}

/**
 * The number that marks the specs of a layer that several layers hold, so that one layer is built from them; undefined for a
 * layer with one owner.
 */
export function sharedIdOf(layer: object): number | undefined {
  return current?.get(layer)
}

/** Numbers the layers that several layers hold, in the order in which they are first met. */
function sharedWithin(root: Owner): ReadonlyMap<object, number> {
  const owners = new Map<Owner, number>()
  const visit = (layer: Owner): void => {
    const known = owners.get(layer) ?? 0
    owners.set(layer, known + 1)
    if (known === 0) for (const sublayer of Object.values(layer.sublayers())) visit(sublayer)
  }
  visit(root)
  const shared = [...owners].filter(([, count]) => count > 1)
  return new Map(shared.map(([layer], index) => [layer, index]))
}
