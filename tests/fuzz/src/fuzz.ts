import fc from 'fast-check'
import { type Fault, faultOf, mostBytes, mostMilliseconds, PrototypeGuard } from './judge.ts'
import type { Loader } from './loader.ts'
import { Watchdog } from './watchdog.ts'

/** The number of cases whose values are made at once. */
const chunk = 250

/** What a run found. */
export interface Report {
  readonly cases: number
  /** The cases that were read without an error. */
  readonly accepted: number
  /** One text for each kind of fault, with the case that shows it and the number of such cases. */
  readonly faults: readonly string[]
}

/** Tries a loader on `count` cases, which follow from `seed`. */
export async function fuzz(loader: Loader, count: number, seed: number): Promise<Report> {
  const guard = new PrototypeGuard()
  const watchdog = new Watchdog(loader.name, seed, 6 * mostMilliseconds)
  const found = new Map<string, { text: string; count: number }>()
  let accepted = 0
  for (let start = 0; start < count; start += chunk) {
    const size = Math.min(chunk, count - start)
    const inputs = fc.sample(loader.cases, { numRuns: size, seed: seed + start })
    for (const [offset, input] of inputs.entries()) {
      const index = start + offset
      watchdog.begin(index)
      const fault = await tried(loader, input, guard)
      if (fault === undefined) accepted++
      else if (fault !== 'refused') {
        const known = found.get(fault.signature)
        const text = `case ${index}: ${fault.problem}\n    ${fault.signature}\n    ${shown(input)}`
        found.set(fault.signature, { text: known?.text ?? text, count: (known?.count ?? 0) + 1 })
      }
    }
  }
  await watchdog.close()
  const faults = [...found.values()].map(({ text, count: times }) => `${times} x ${text}`)
  return { cases: count, accepted, faults }
}

/** Returns undefined for a case that was read, `refused` for one of our errors, and what went wrong otherwise. */
async function tried(loader: Loader, input: unknown, guard: PrototypeGuard): Promise<Fault | 'refused' | undefined> {
  const peak = process.resourceUsage().maxRSS
  const begin = performance.now()
  let fault: Fault | 'refused' | undefined
  try {
    await loader.read(input)
  } catch (error) {
    fault = faultOf(error) ?? 'refused'
  }
  const milliseconds = performance.now() - begin
  const bytes = (process.resourceUsage().maxRSS - peak) * 1024
  if (milliseconds > mostMilliseconds) return { problem: `took ${Math.round(milliseconds)} ms`, signature: 'time' }
  if (bytes > mostBytes) return { problem: `took ${Math.round(bytes / 2 ** 20)} MiB`, signature: 'memory' }
  return guard.check() ?? fault
}

function shown(input: unknown): string {
  const text = input instanceof Uint8Array ? `bytes ${Buffer.from(input).toString('latin1')}` : textOf(input)
  return text.length > 700 ? `${text.slice(0, 700)}... (${text.length})` : text
}

function textOf(input: unknown): string {
  try {
    return fc.stringify(input)
  } catch {
    return 'a value that is nested too deep to be shown'
  }
}
