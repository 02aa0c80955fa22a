/**
 * The number of items that all merges together may look at: a constant, and this many per item. In long graphs with far
 * reaching dependencies merges of distant items are then refused, so that the time stays proportional to the length.
 */
const workForAll = 1_000_000
const workPerItem = 1000

/**
 * A topological order that is maintained while items are merged. A merge looks only at the items between the two, so it
 * stays fast in long graphs.
 */
export class GroupOrder<T> {
  private readonly order: (T | undefined)[]
  private readonly positions = new Map<T, number>()
  private work: number

  constructor(
    items: readonly T[],
    /** The items that directly depend on an item. */
    private readonly users: (item: T) => Iterable<T>,
  ) {
    this.order = [...items]
    this.work = workForAll + workPerItem * items.length
    items.forEach((item, position) => this.positions.set(item, position))
  }

  /**
   * Replaces `a` and `b` with `merged`. Returns false and changes nothing if some other item lies on a path between them, or if
   * finding out takes too long.
   */
  merge(a: T, b: T, merged: T): boolean {
    const [first, last] = this.positions.get(a)! < this.positions.get(b)! ? [a, b] : [b, a]
    const [low, high] = [this.positions.get(first)!, this.positions.get(last)!]
    this.work -= high - low
    if (this.work < 0) return false
    const after = this.reachable(first, last, high)
    if (!after) return false
    const between = this.order.slice(low + 1, high).filter((item): item is T => item !== undefined)
    const arranged = [
      ...between.filter((item) => !after.has(item)),
      merged,
      ...between.filter((item) => after.has(item)),
    ]
    this.positions.delete(a)
    this.positions.delete(b)
    for (let position = low; position <= high; position++) {
      const item = arranged[position - low]
      this.order[position] = item
      if (item !== undefined) this.positions.set(item, position)
    }
    return true
  }

  /** Merges `item` into `into`, its only user. */
  absorb(item: T, into: T, merged: T): void {
    const position = this.positions.get(into)!
    this.order[this.positions.get(item)!] = undefined
    this.order[position] = merged
    this.positions.delete(item)
    this.positions.delete(into)
    this.positions.set(merged, position)
  }

  items(): T[] {
    return this.order.filter((item): item is T => item !== undefined)
  }

  /**
   * The items that depend on `first`, directly or not, and stand before `last`; undefined if `last` depends on one of them,
   * or if the work is used up.
   */
  private reachable(first: T, last: T, high: number): Set<T> | undefined {
    const seen = new Set<T>()
    const stack = [first]
    for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
      for (const user of this.users(item)) {
        if (--this.work < 0) return undefined
        if (user === last && item !== first) return undefined
        if (user === last || user === first || seen.has(user) || this.positions.get(user)! > high) continue
        seen.add(user)
        stack.push(user)
      }
    }
    return seen
  }
}
