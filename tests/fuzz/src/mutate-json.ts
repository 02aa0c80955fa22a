import fc from 'fast-check'
import { copied, define, hostile, hostileKeys } from './hostile.ts'

/** One change of a JSON value: at the node with this number, counted modulo the number of nodes. */
interface Change {
  readonly at: number
  readonly kind: 'replace' | 'remove' | 'rename' | 'copy' | 'wrap' | 'insert'
  readonly value: unknown
  readonly key: string
  /** The node that is copied. */
  readonly from: number
}

/** Where a value is: in this object or list, under this key. */
interface Slot {
  readonly parent: Record<string, unknown>
  readonly key: string
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'rename', 'copy', 'wrap', 'insert'),
  value: hostile,
  key: fc.oneof(fc.constantFrom(...hostileKeys), fc.string({ maxLength: 8 })),
  from: fc.nat(),
})

/** Makes values from good ones by up to `most` changes each. Some are good. */
function mutatedJson(good: readonly unknown[], most = 3): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.nat(good.length - 1), fc.array(change, { maxLength: most }))
    .map(([index, changes]) => changes.reduce(changed, copied(good[index])))
}

/** Joins an arbitrary of structured values with hostile ones in their place. */
export function jsonCases(good: readonly unknown[], most = 3): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 20, arbitrary: mutatedJson(good, most) }, { weight: 1, arbitrary: hostile })
}

function changed(root: unknown, { at, kind, value, key, from }: Change): unknown {
  const slots = slotsOf(root)
  if (slots.length === 0) return kind === 'replace' ? value : root
  const { parent, key: old } = slots[at % slots.length]!
  if (kind === 'replace') define(parent, old, copied(value))
  else if (kind === 'remove') {
    if (Array.isArray(parent)) parent.splice(Number(old), 1)
    else delete parent[old]
  } else if (kind === 'rename' && !Array.isArray(parent)) {
    define(parent, key, parent[old])
    delete parent[old]
  } else if (kind === 'copy') {
    const source = slots[from % slots.length]!
    define(parent, old, copied(source.parent[source.key]))
  } else if (kind === 'wrap') define(parent, old, key.length % 2 === 0 ? [parent[old]] : { [key]: parent[old] })
  else if (kind === 'insert' && !Array.isArray(parent)) define(parent, key, copied(value))
  return root
}

function slotsOf(root: unknown): Slot[] {
  const slots: Slot[] = []
  const waiting = [root]
  while (waiting.length > 0 && slots.length < 5000) {
    const node = waiting.shift()
    if (typeof node !== 'object' || node === null) continue
    for (const key of Object.keys(node)) {
      const parent = node as Record<string, unknown>
      slots.push({ parent, key })
      waiting.push(parent[key])
    }
  }
  return slots
}
