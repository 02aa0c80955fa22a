import type { Cause } from './cause.ts'

/** How a value came about, as long as it is not certain that the device did what it was told. */
interface Origin {
  /** What the work depends on; if one of them failed, the device did none of it. */
  readonly causes: readonly Cause[]
  /** The uncertain values that were read. */
  readonly inputs: readonly Origin[]
  /** What was in the same memory before: it is still there if nothing was done. Without it the memory was new. */
  readonly before: Origin | 'certain' | undefined
}

/** `kept`: it was not overwritten, because that failed. */
interface Verdict {
  readonly state: 'good' | 'kept' | 'lost' | 'pending'
  readonly message?: string
}

/**
 * Knows which values can be trusted. The device takes work at once and tells later what it could not do; it then did all or
 * nothing of a submission. So values that were to be overwritten in place are what they were before.
 */
export class Origins {
  private readonly known = new WeakMap<object, Origin>()

  /** The values `written` come from work that reads `read`; those among both are overwritten in place. */
  record(written: readonly object[], read: readonly object[], causes: readonly Cause[]): void {
    const open = causes.filter(({ state }) => state !== 'good')
    const inputs = new Set<Origin>()
    for (const value of read) {
      const origin = this.known.get(value)
      if (origin && ['lost', 'pending'].includes(verdictOf(origin).state)) inputs.add(origin)
    }
    const before = new Map(written.map((value) => [value, this.known.get(value)]))
    const overwritten = new Set(read)
    for (const value of written) {
      if (open.length === 0 && inputs.size === 0) this.known.delete(value)
      else {
        const earlier = overwritten.has(value) ? (before.get(value) ?? 'certain') : undefined
        this.known.set(value, { causes: open, inputs: [...inputs], before: earlier })
      }
    }
  }

  /**
   * Waits until it is certain what a value is, and says why it is nothing, if so. Who asks before a failure was told asks for
   * what failed; who asks later gets what was there before.
   */
  async trouble(value: object): Promise<string | undefined> {
    const origin = this.known.get(value)
    if (!origin) return undefined
    const pending = pendingIn(origin)
    await Promise.all(pending.map(({ settled }) => settled))
    const failed = pending.find(({ state }) => state === 'failed')
    if (failed) return failed.message
    const { state, message } = verdictOf(origin)
    return state === 'lost' ? message : undefined
  }
}

function verdictOf(first: Origin): Verdict {
  const found = new Map<Origin, Verdict>()
  const waiting = [first]
  // without recursion: there may be many steps between two looks
  while (waiting.length > 0) {
    const origin = waiting.at(-1)!
    const needed = neededFor(origin).filter((other) => !found.has(other))
    if (needed.length > 0) waiting.push(...needed)
    else {
      found.set(origin, judge(origin, found))
      waiting.pop()
    }
  }
  return found.get(first)!
}

/** The origins that decide over one. */
function neededFor({ causes, inputs, before }: Origin): readonly Origin[] {
  if (causes.some(({ state }) => state === 'failed')) return typeof before === 'object' ? [before] : []
  return causes.some(({ state }) => state === 'pending') ? [] : inputs
}

function judge(origin: Origin, found: ReadonlyMap<Origin, Verdict>): Verdict {
  const { causes, before } = origin
  const failed = causes.find(({ state }) => state === 'failed')
  if (failed) {
    if (before === undefined) return { state: 'lost', message: failed.message }
    const earlier = before === 'certain' ? undefined : found.get(before)!
    return earlier && earlier.state !== 'good' ? earlier : { state: 'kept', message: failed.message }
  }
  if (causes.some(({ state }) => state === 'pending')) return { state: 'pending' }
  const inputs = neededFor(origin).map((other) => found.get(other)!)
  // what was read while that was open was not what should have been read
  const wrong = inputs.find(({ state }) => state === 'kept' || state === 'lost')
  if (wrong) return { state: 'lost', message: wrong.message! }
  return { state: inputs.some(({ state }) => state === 'pending') ? 'pending' : 'good' }
}

function pendingIn(first: Origin): Cause[] {
  const pending = new Set<Cause>()
  const seen = new Set<Origin>()
  const waiting = [first]
  for (let origin = waiting.pop(); origin; origin = waiting.pop()) {
    if (seen.has(origin)) continue
    seen.add(origin)
    for (const cause of origin.causes) if (cause.state === 'pending') pending.add(cause)
    waiting.push(...origin.inputs)
    if (typeof origin.before === 'object') waiting.push(origin.before)
  }
  return [...pending]
}
