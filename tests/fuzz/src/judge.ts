import { ConfigError, DataError, DivergenceError, FormatError } from '@gradus/core'
import { BackendError, ShapeError } from '@gradus/tensor'

const ours = [ConfigError, DataError, FormatError, DivergenceError, ShapeError, BackendError] as const

/** What engines say: such a text is no message to a user, also in an error of ours. */
const engineTexts =
  /Cannot read prop|Cannot (convert|mix|destructure|create prop|assign)|is not (a function|iterable|a constructor)|is not defined|Maximum call stack|Invalid (array|typed array|string|array buffer) length|Array buffer allocation|out of bounds|circular structure|undefined \(reading|\[object \w+\]|unreachable|must be (a multiple|between)|toFixed|heap/

/** The longest time that a case may take, in milliseconds. */
export const mostMilliseconds = 5000
/** The most memory that a case may take, in bytes. */
export const mostBytes = 2 ** 30
/** The longest message that can be read. */
const mostCharacters = 4000

/** What went wrong in a case. */
export interface Fault {
  readonly problem: string
  /** Equal for equal faults: where it was thrown. */
  readonly signature: string
}

/** Returns the fault of an error that a loader threw; undefined for an error of ours that can be read. */
export function faultOf(error: unknown): Fault | undefined {
  if (!(error instanceof Error)) return { problem: `threw ${String(error)}`, signature: 'not an error' }
  const { name, message } = error
  const signature = `${name} ${placeOf(error)}`
  if (!ours.some((kind) => error instanceof kind)) return { problem: `${name}: ${message.slice(0, 300)}`, signature }
  if (engineTexts.test(withoutQuotes(message)))
    return { problem: `unreadable ${name}: ${message.slice(0, 300)}`, signature }
  if (message.length > mostCharacters) return { problem: `${name} of ${message.length} characters`, signature }
  return undefined
}

/** Texts of the input, which a message quotes, may say anything. */
function withoutQuotes(message: string): string {
  return message.replace(/'[^']*'|"[^"]*"|\S* cannot be run: .*/gs, '')
}

function placeOf({ stack = '' }: Error): string {
  const frames = stack.split('\n').filter((line) => /^\s+at .*\.(ts|js|mjs):\d/.test(line))
  return frames
    .slice(0, 2)
    .map((line) => line.trim().replace(/file:\/\/.*?\/(packages|apps|node_modules|tests)\//, '$1/'))
    .join(' < ')
}

const guarded: readonly object[] = [
  Object,
  Array,
  Function,
  String,
  Number,
  Boolean,
  Map,
  Set,
  Promise,
  Error,
  Uint8Array,
].flatMap((constructor): object[] => [constructor.prototype, constructor])

/** Watches the built-in objects for new properties. */
export class PrototypeGuard {
  private readonly before = guarded.map((object) => Reflect.ownKeys(object).length)

  /** Returns the fault where a built-in object has changed. */
  check(): Fault | undefined {
    const changed = guarded.some((object, index) => Reflect.ownKeys(object).length !== this.before[index])
    if (!changed && !('polluted' in {})) return undefined
    delete (Object.prototype as { polluted?: unknown }).polluted
    return { problem: 'a built-in object has a new property', signature: 'prototype pollution' }
  }
}
