import type { DeviceCheck } from './device-check.ts'

/** How a value came about, as long as it is not certain that the device did what it was told. */
interface Provenance {
  /** What the work depends on; if one of them failed, the device did none of it. */
  readonly checks: readonly DeviceCheck[]
  /** The uncertain values that were read. */
  readonly inputs: readonly Provenance[]
  /** What was in the same memory before: it is still there if nothing was done. Without it the memory was new. */
  readonly previous: Provenance | 'certain' | undefined
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
export class ProvenanceLog {
  private readonly known = new WeakMap<object, Provenance>()

  /** The values `written` come from work that reads `read`; those among both are overwritten in place. */
  record(written: readonly object[], read: readonly object[], checks: readonly DeviceCheck[]): void {
    const open = checks.filter(({ state }) => state !== 'good')
    const inputs = new Set<Provenance>()
    for (const value of read) {
      const provenance = this.known.get(value)
      if (provenance && ['lost', 'pending'].includes(verdictOf(provenance).state)) inputs.add(provenance)
    }
    const previous = new Map(written.map((value) => [value, this.known.get(value)]))
    const overwritten = new Set(read)
    for (const value of written) {
      if (open.length === 0 && inputs.size === 0) this.known.delete(value)
      else {
        const earlier = overwritten.has(value) ? (previous.get(value) ?? 'certain') : undefined
        this.known.set(value, { checks: open, inputs: [...inputs], previous: earlier })
      }
    }
  }

  /**
   * Waits until it is certain what a value is, and says why it is nothing, if so. Who asks before a failure was told asks for
   * what failed; who asks later gets what was there before.
   */
  async failureOf(value: object): Promise<string | undefined> {
    const provenance = this.known.get(value)
    if (!provenance) return undefined
    const pending = pendingIn(provenance)
    await Promise.all(pending.map(({ settled }) => settled))
    const failed = pending.find(({ state }) => state === 'failed')
    if (failed) return failed.message
    const { state, message } = verdictOf(provenance)
    return state === 'lost' ? message : undefined
  }
}

function verdictOf(first: Provenance): Verdict {
  const found = new Map<Provenance, Verdict>()
  const waiting = [first]
  // without recursion: there may be many steps between two looks
  while (waiting.length > 0) {
    const provenance = waiting.at(-1)!
    const needed = neededFor(provenance).filter((other) => !found.has(other))
    if (needed.length > 0) waiting.push(...needed)
    else {
      found.set(provenance, judge(provenance, found))
      waiting.pop()
    }
  }
  return found.get(first)!
}

/** The origins that decide over one. */
function neededFor({ checks, inputs, previous }: Provenance): readonly Provenance[] {
  if (checks.some(({ state }) => state === 'failed')) return typeof previous === 'object' ? [previous] : []
  return checks.some(({ state }) => state === 'pending') ? [] : inputs
}

function judge(provenance: Provenance, found: ReadonlyMap<Provenance, Verdict>): Verdict {
  const { checks, previous } = provenance
  const failed = checks.find(({ state }) => state === 'failed')
  if (failed) {
    if (previous === undefined) return { state: 'lost', message: failed.message }
    const earlier = previous === 'certain' ? undefined : found.get(previous)!
    return earlier && earlier.state !== 'good' ? earlier : { state: 'kept', message: failed.message }
  }
  if (checks.some(({ state }) => state === 'pending')) return { state: 'pending' }
  const inputs = neededFor(provenance).map((other) => found.get(other)!)
  // what was read while that was open was not what should have been read
  const wrong = inputs.find(({ state }) => state === 'kept' || state === 'lost')
  if (wrong) return { state: 'lost', message: wrong.message! }
  return { state: inputs.some(({ state }) => state === 'pending') ? 'pending' : 'good' }
}

function pendingIn(first: Provenance): DeviceCheck[] {
  const pending = new Set<DeviceCheck>()
  const seen = new Set<Provenance>()
  const waiting = [first]
  for (let provenance = waiting.pop(); provenance; provenance = waiting.pop()) {
    if (seen.has(provenance)) continue
    seen.add(provenance)
    for (const check of provenance.checks) if (check.state === 'pending') pending.add(check)
    waiting.push(...provenance.inputs)
    if (typeof provenance.previous === 'object') waiting.push(provenance.previous)
  }
  return [...pending]
}
