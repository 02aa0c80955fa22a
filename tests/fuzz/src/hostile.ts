import fc from 'fast-check'

/** Keys that reach prototypes where code assigns by name. */
export const hostileKeys: readonly string[] = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  '',
  'length',
]

const marked = { polluted: true }

/** Numbers at which code that expects a size, an index or a rate goes wrong. */
const numbers: readonly number[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  -1,
  0,
  0.5,
  1e-320,
  255,
  65537,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e17,
  1e308,
]

const texts: readonly string[] = [
  '',
  '0',
  'NaN',
  'relu',
  'Dense',
  'float64',
  'same',
  '\u0000',
  '\ud800',
  '{loss:.500f}',
  '../../etc/passwd',
  'x'.repeat(5000),
  ...hostileKeys,
]

/** Returns lists nested to a depth. */
export function deepList(depth: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = [value]
  return value
}

/** Returns objects nested to a depth under a key. */
function deepObject(depth: number, key: string): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = { [key]: value }
  return value
}

/** Copies data of any depth; `structuredClone` ends at some thousand levels. */
export function copied<T>(value: T): T {
  const result: { value?: unknown } = {}
  const waiting: [source: unknown, parent: object, key: string][] = [[value, result, 'value']]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [source, parent, key] = next
    const nested = typeof source === 'object' && source !== null
    const copy = nested ? (Array.isArray(source) ? [] : {}) : source
    define(parent, key, copy)
    if (nested) for (const [name, entry] of Object.entries(source)) waiting.push([entry, copy as object, name])
  }
  return result.value as T
}

/** Sets an own property, also one called `__proto__`. */
export function define(parent: object, key: string, value: unknown): void {
  Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true })
}

/** The JSON of data of any depth; undefined becomes null. */
export function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch {
    return `${'['.repeat(5000)}${']'.repeat(5000)}` // nested deeper than the engine writes
  }
}

/** Values of JSON that loaders do not expect. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], [{}]) },
  { weight: 6, arbitrary: fc.constantFrom(...numbers) },
  { weight: 4, arbitrary: fc.constantFrom(...texts) },
  { weight: 4, arbitrary: fc.integer({ min: -3, max: 40 }) },
  { weight: 2, arbitrary: fc.array(fc.constantFrom<unknown>(...numbers, null, 'a', 2, 3), { maxLength: 5 }) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(70, 300, 5000), fc.constantFrom('layer', 'inner', 'config', 'args'))
      .map(([depth, key]) => (key === 'args' ? deepList(depth) : deepObject(depth, key))),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      JSON.parse('{"__proto__": {"polluted": true}}'),
      { constructor: { prototype: marked } },
      { prototype: marked },
      { length: 4294967295 },
    ),
  },
)
