import type { Specialization } from './specialization.ts'

/** The estimated size of the programs of a function that are kept. */
const defaultLimit = 2 ** 28

/** The programs of a function on one backend, by the form of the arguments. Those used last are kept. */
export class Specializations<R> {
  private readonly kept = new Map<string, Specialization<R>>()
  private bytes = 0

  constructor(private readonly limit = defaultLimit) {}

  get size(): number {
    return this.kept.size
  }

  /** The forms that have programs. */
  get forms(): (readonly unknown[])[] {
    return [...this.kept.values()].map(({ form }) => form)
  }

  get(key: string): Specialization<R> | undefined {
    const found = this.kept.get(key)
    if (!found) return undefined
    this.kept.delete(key)
    this.kept.set(key, found)
    return found
  }

  /** Keeps a program, and drops those that were not used for longest where there are too many. */
  add(key: string, specialization: Specialization<R>): void {
    this.kept.set(key, specialization)
    this.bytes += sizeOf(specialization)
    for (const [oldest, dropped] of this.kept) {
      if (this.bytes <= this.limit || oldest === key) return
      this.kept.delete(oldest)
      this.bytes -= sizeOf(dropped)
    }
  }
}

/** The memory that a program keeps, and its code, tables and descriptions of tensors, estimated from its graph. */
function sizeOf({ graph, executable }: Specialization<unknown>): number {
  return 2 ** 17 + 2 ** 11 * graph.nodes.length + (executable.bytes ?? 0)
}
