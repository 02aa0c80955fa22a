import { ConfigError, describeValue, suggest } from '@gradus/core'
import { z } from 'zod'
import { shortened } from '../text/shortened.ts'
import { configSchema, type GivenConfig } from './config-schema.ts'

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]

/** The largest number of problems that a message lists; the others are counted. */
const maxListed = 20

/**
 * Checks the form of a config and returns it. Throws a `ConfigError` that lists every problem with its place,
 * the value and the expectation; for a misspelt key also the most similar known key.
 */
export function checkConfig(value: unknown, source: string): GivenConfig {
  const result = configSchema.safeParse(value)
  if (result.success) return result.data as unknown as GivenConfig
  const problems = result.error.issues.flatMap((issue) => describe(issue, [], value))
  const lines = [...new Set(problems)].map((line) => shortened(line, 300))
  if (lines.length === 1) throw new ConfigError(`${source}: ${lines[0]}`)
  if (lines.length > maxListed) lines.splice(maxListed, Infinity, `and ${lines.length - maxListed} more`)
  throw new ConfigError(`${source}:${lines.map((line) => `\n  ${line}`).join('')}`)
}

function describe(issue: Issue, base: Path, root: unknown): string[] {
  const path = [...base, ...issue.path]
  const value = valueAt(root, path)
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(configSchema, path)
    const hint = (key: string) =>
      path.length === 0 && keysAt(configSchema, ['data']).includes(key)
        ? ` It is one of data: data.${key}.`
        : suggest(key, known)
    return issue.keys.map((key) => `there is no option '${placeOf([...path, key])}'.${hint(key)}`)
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // the problems of the alternative that fits best: the one with the deepest problems
    const depth = (issues: readonly Issue[]) =>
      Math.max(...issues.map((inner) => inner.path.length + (inner.code === 'unrecognized_keys' ? 1 : 0)))
    const best = [...issue.errors].sort((a, b) => depth(b) - depth(a))[0]!
    if (depth(best) > 0) return best.flatMap((inner) => describe(inner, path, root))
    const expected = issue.errors.map((issues) => expectation(issues[0]!)).join(' or ')
    return [`${placeOf(path)} ${shown(value)}; expected ${expected}`]
  }
  return [`${placeOf(path)} ${shown(value)}; expected ${expectation(issue)}`]
}

function shown(value: unknown): string {
  return value === undefined ? 'is missing' : `is ${describeValue(value)}`
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return named(issue.expected)
    case 'invalid_value':
      return issue.values.map((value) => describeValue(value)).join(' or ')
    case 'too_small':
      if (issue.origin === 'array') return `a list of at least ${issue.minimum}`
      if (issue.origin === 'string') return 'a text that is not empty'
      return `a number ${issue.inclusive ? 'from' : 'above'} ${issue.minimum}`
    case 'too_big':
      if (issue.origin === 'array' || issue.origin === 'string') return `a length of at most ${issue.maximum}`
      return `a number ${issue.inclusive ? 'up to' : 'below'} ${issue.maximum}`
    default:
      return issue.message.replace(/^expected /, '')
  }
}

function named(type: string): string {
  const names: Readonly<Record<string, string>> = {
    int: 'a whole number',
    object: 'an object of options',
    record: 'an object with a value for each name',
    array: 'a list',
    tuple: 'a list of two numbers',
    string: 'a text',
    boolean: 'true or false',
  }
  return names[type] ?? `a ${type}`
}

/** A path as text, such as `data.inputs.age` or `model.layers[2]`. */
function placeOf(path: Path): string {
  if (path.length === 0) return 'the config'
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index ? '.' : ''}${String(key)}`)).join('')
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      value !== null && typeof value === 'object' ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    root,
  )
}

/** The keys that the schema allows at a place. */
function keysAt(schema: unknown, path: Path): string[] {
  const [head, ...rest] = path
  if (schema instanceof z.ZodObject) {
    return head === undefined ? Object.keys(schema.shape) : keysAt(schema.shape[head as string], rest)
  }
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => keysAt(option, path))
  if (schema instanceof z.ZodRecord) return head === undefined ? [] : keysAt(schema.valueType, rest)
  if (schema instanceof z.ZodArray) return typeof head === 'number' ? keysAt(schema.element, rest) : []
  const wrapped = schema instanceof z.ZodType && 'innerType' in schema.def ? schema.def.innerType : undefined
  return wrapped ? keysAt(wrapped, path) : []
}
