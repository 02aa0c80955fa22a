/**
 * An order of items in which each comes after those it needs, kept up while items are merged. Merging looks only at what
 * lies between the two, so it stays cheap in long programs.
 */
export class GroupOrder<T> {
  private readonly order: (T | undefined)[]
  private readonly positions = new Map<T, number>()

  constructor(
    items: readonly T[],
    /** What needs an item directly. */
    private readonly users: (item: T) => Iterable<T>,
  ) {
    this.order = [...items]
    items.forEach((item, position) => this.positions.set(item, position))
  }

  /** Puts `merged` in the place of `a` and `b`; false, and nothing done, if something needs one and is needed by the other. */
  merge(a: T, b: T, merged: T): boolean {
    const [first, last] = this.positions.get(a)! < this.positions.get(b)! ? [a, b] : [b, a]
    const [low, high] = [this.positions.get(first)!, this.positions.get(last)!]
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

  /** Moves `item` to where `into` stands, which is the only one that needs it. */
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

  /** What needs `first`, directly or not, and stands before `last`; undefined if some of it is needed by `last`. */
  private reachable(first: T, last: T, high: number): Set<T> | undefined {
    const seen = new Set<T>()
    const stack = [first]
    for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
      for (const user of this.users(item)) {
        if (user === last && item !== first) return undefined
        if (user === last || user === first || seen.has(user) || this.positions.get(user)! > high) continue
        seen.add(user)
        stack.push(user)
      }
    }
    return seen
  }
}
