import { ConfigError } from '../errors.ts'
import { isPlainObject } from '../structure.ts'

/** How deep lists and objects of data may be nested. */
const maxNesting = 256
/** How many lists and objects data may have. One that occurs several times counts each time. */
const maxNodes = 1_000_000

/**
 * Throws `ConfigError`, which begins with `path`, for data that is nested more than 256 deep, that contains itself, or that has more than
 * a million lists and objects. Functions that walk data recursively need it for data from outside.
 *
 * @example
 * import { requireBounded } from '@gradus/core'
 * requireBounded({ layers: [{ layer: 'Dense', units: 1 }] }, 'model')
 */
export function requireBounded(
  data: unknown,
  path: string,
  Failure: new (message: string) => Error = ConfigError,
): void {
  let level: unknown[] = [data]
  let count = 0
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= maxNesting && level.some((node) => Array.isArray(node) || isPlainObject(node))) {
      throw new Failure(`${path}: the data is nested more than ${maxNesting} deep, or contains itself.`)
    }
    const next: unknown[] = []
    for (const node of level) {
      if (!Array.isArray(node) && !isPlainObject(node)) continue
      if (++count > maxNodes) throw new Failure(`${path}: the data has more than ${maxNodes} lists and objects.`)
      for (const entry of Object.values(node)) if (typeof entry === 'object' && entry !== null) next.push(entry)
    }
    level = next
  }
}

/** The most characters of JSON: a parser takes many times as much memory. */
const maxCharacters = 2 ** 26

/**
 * Throws what `requireBounded` throws, for JSON before it is parsed: the parser takes gigabytes for brackets that are nested deeply. Also
 * throws for more than 64 MiB. Says nothing of other mistakes in the text.
 *
 * @example
 * import { requireBoundedJson } from '@gradus/core'
 * requireBoundedJson('{"layers":[]}', 'model')
 */
export function requireBoundedJson(
  text: string,
  path: string,
  Failure: new (message: string) => Error = ConfigError,
): void {
  if (text.length > maxCharacters)
    throw new Failure(`${path}: the text has ${text.length} characters; at most ${maxCharacters} are read.`)
  let [depth, count] = [0, 0]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) at = endOfText(text, at)
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > maxNesting)
        throw new Failure(`${path}: the data is nested more than ${maxNesting} deep, or contains itself.`)
      if (++count > maxNodes) throw new Failure(`${path}: the data has more than ${maxNodes} lists and objects.`)
    } else if (code === 0x5d || code === 0x7d) depth--
  }
}

const quote = 0x22
const backslash = 0x5c

/** The position of the quote that ends a text of JSON, or the end of the JSON. */
function endOfText(json: string, start: number): number {
  let at = start + 1
  while (at < json.length && json.charCodeAt(at) !== quote) at += json.charCodeAt(at) === backslash ? 2 : 1
  return at
}
