import type { DeviceCheck } from './device-check.ts'

/** The dependencies of a value, until all checks have passed. */
interface Provenance {
  /** The checks of the work that made the value. If one fails, the device did none of that work. */
  readonly checks: readonly DeviceCheck[]
  /** The unverified values that the work read. */
  readonly inputs: readonly Provenance[]
  /** The earlier value in the same memory, which remains if the work failed; undefined where the memory was new. */
  readonly previous: Provenance | 'certain' | undefined
}

/** `kept`: the work failed, so the value was not overwritten. */
interface Verdict {
  readonly state: 'valid' | 'kept' | 'lost' | 'pending'
  readonly message?: string
}

/**
 * Tracks which values are valid. The device accepts work at once and reports failures later. It does all or nothing of a
 * submission, so values that failed work should have overwritten are unchanged.
 */
export class ProvenanceLog {
  private readonly known = new WeakMap<object, Provenance>()

  /** Records that work with these checks reads `read` and writes `written`. Values in both are overwritten in place. */
  record(written: readonly object[], read: readonly object[], checks: readonly DeviceCheck[]): void {
    const open = checks.filter(({ state }) => state !== 'passed')
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
   * Waits for the checks of a value, and returns the message if the value is lost. Reads issued before a failure is
   * reported reject; later reads of a value that was to be overwritten return the old value.
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
  // without recursion, because thousands of train steps may lie between two reads
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

/** The records on which the verdict depends. */
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
    return earlier && earlier.state !== 'valid' ? earlier : { state: 'kept', message: failed.message }
  }
  if (checks.some(({ state }) => state === 'pending')) return { state: 'pending' }
  const inputs = neededFor(provenance).map((other) => found.get(other)!)
  // the work read a wrong input
  const wrong = inputs.find(({ state }) => state === 'kept' || state === 'lost')
  if (wrong) return { state: 'lost', message: wrong.message! }
  return { state: inputs.some(({ state }) => state === 'pending') ? 'pending' : 'valid' }
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
