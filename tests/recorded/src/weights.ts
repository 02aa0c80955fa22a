import { sameShape, type Tensor, type Tree, treeForEach, treeReplace } from '@gradus/tensor'
import { camelCase, type RecordedWeight, toTensor } from './recorded.ts'

/** The recorded weights of a layer by the paths of the leaves in its trees. */
export interface MatchedWeights {
  readonly params: ReadonlyMap<string, RecordedWeight>
  readonly state: ReadonlyMap<string, RecordedWeight>
}

/**
 * Matches Keras's weights with the leaves of a layer's trees: leaves of the same shape, first those with the most
 * words in common in their paths, and in order among equals. Throws if a weight or a parameter is left over.
 */
export function matchWeights(weights: readonly RecordedWeight[], params: Tree, state: Tree): MatchedWeights {
  const leaves: { tree: 'params' | 'state'; path: string; leaf: Tensor; taken: boolean }[] = []
  for (const [tree, root] of [
    ['params', params],
    ['state', state],
  ] as const) {
    treeForEach(root, (leaf, path) => leaves.push({ tree, path, leaf, taken: false }))
  }
  const matched = { params: new Map<string, RecordedWeight>(), state: new Map<string, RecordedWeight>() }
  const pairs = weights.flatMap((weight, index) =>
    leaves
      .filter(({ leaf }) => sameShape(leaf.shape, weight.shape))
      .map((slot) => ({ weight, index, slot, score: likeness(weight, slot.path) })),
  )
  const done = new Set<RecordedWeight>()
  for (const { weight, slot } of pairs.sort((a, b) => b.score - a.score || a.index - b.index)) {
    if (done.has(weight) || slot.taken) continue
    slot.taken = true
    done.add(weight)
    matched[slot.tree].set(slot.path, weight)
  }
  const lost = weights.find((weight) => !done.has(weight))
  if (lost) {
    const known = leaves.map(({ path, leaf }) => `${path} [${leaf.shape.join(', ')}]`).join(', ')
    throw new Error(
      `no variable matches the weight ${lost.path} [${lost.shape.join(', ')}] among ${known || 'no weights'}`,
    )
  }
  const empty = leaves.find(({ tree, taken }) => tree === 'params' && !taken)
  if (empty) throw new Error(`Keras has no weight for the parameter ${empty.path} [${empty.leaf.shape.join(', ')}]`)
  return matched
}

/** The tree with recorded weights in place of its leaves. */
export function fillTree<T extends Tree>(tree: T, weights: ReadonlyMap<string, RecordedWeight>): T {
  const leaves: Tensor[] = []
  treeForEach(tree, (leaf, path) => {
    const weight = weights.get(path)
    leaves.push(weight ? toTensor(weight, leaf.dtype) : leaf)
  })
  return treeReplace(tree, leaves)
}

/** The leaf of a tree that belongs to the recorded weight of a path. */
export function leafOf(tree: Tree, weights: ReadonlyMap<string, RecordedWeight>, path: string): Tensor | undefined {
  const key = [...weights].find(([, weight]) => weight.path === path)?.[0]
  let found: Tensor | undefined
  treeForEach(tree, (leaf, leafPath) => {
    if (leafPath === key) found = leaf
  })
  return found
}

// The last word counts most: the `kernel` of another layer is a better match than the `bias` of the same layer.
function likeness({ path, name }: RecordedWeight, ours: string): number {
  const own = ours.split('.')
  const theirs = new Set(path.split('/').flatMap((word) => [camelCase(word), camelCase(word.replace(/_\d+$/, ''))]))
  const last = own.at(-1) === camelCase(name) || theirs.has(own.at(-1)!) ? 100 : 0
  return (
    last +
    own.slice(0, -1).filter((word) => theirs.has(word) || [...theirs].some((other) => other.startsWith(word))).length
  )
}
