import { formatShape, sameShape, Tensor } from '@gradus/tensor'
import { paramsKey } from '@gradus/tensor/internals'

/**
 * A string that is equal for arguments of equal form: trees of the same structure, with tensors of the same shapes and
 * dtypes and with equal plain values. Throws `TypeError` for values that have no form, such as functions and class
 * instances.
 */
export function formOf(value: unknown): string {
  if (value instanceof Tensor) {
    let form: string = value.dtype
    for (const dimension of value.shape) form += `,${dimension}`
    return form
  }
  if (typeof value === 'function' || typeof value === 'symbol') throw unsupported(typeof value)
  if (typeof value !== 'object' || value === null) return `${typeof value} ${paramsKey(value)}`
  let form = ''
  if (Array.isArray(value)) {
    for (const entry of value) form += `${formOf(entry)};`
    return `[${form}]`
  }
  if (!isPlain(value)) throw unsupported(value.constructor.name)
  for (const [key, entry] of Object.entries(value)) form += `${JSON.stringify(key)}:${formOf(entry)};`
  return `{${form}}`
}

/**
 * Whether `value` has the form of `model`, which has a form. Appends the tensors of `value` to `leaves`. Equivalent to
 * comparing the results of `formOf`, without making strings.
 */
export function hasFormOf(model: unknown, value: unknown, leaves: Tensor[]): boolean {
  if (value instanceof Tensor) {
    leaves.push(value)
    return model instanceof Tensor && model.dtype === value.dtype && sameShape(model.shape, value.shape)
  }
  if (typeof value !== 'object' || value === null) return Object.is(model, value)
  if (typeof model !== 'object' || model === null || model instanceof Tensor) return false
  if (Array.isArray(value)) {
    if (!Array.isArray(model) || model.length !== value.length) return false
    for (let index = 0; index < value.length; index++) {
      if (!hasFormOf(model[index], value[index], leaves)) return false
    }
    return true
  }
  if (Array.isArray(model) || !isPlain(value)) return false
  const [keys, modelKeys] = [Object.keys(value), Object.keys(model)]
  if (keys.length !== modelKeys.length) return false
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!
    if (key !== modelKeys[index]) return false
    const [of, at] = [model as Record<string, unknown>, value as Record<string, unknown>]
    if (!hasFormOf(of[key], at[key], leaves)) return false
  }
  return true
}

/** A position at which two trees differ in form, such as `batch.inputs.0`, and the part of each tree there. */
export interface Difference {
  /** Empty where the trees differ as wholes. */
  readonly path: string
  readonly before: string
  readonly after: string
}

/** The positions where the forms of two trees differ; empty exactly where their `formOf` is equal. */
export function differences(before: unknown, after: unknown, path = ''): Difference[] {
  const [old, now] = [entriesOf(before), entriesOf(after)]
  if (!old || !now || Array.isArray(before) !== Array.isArray(after)) {
    if (hasFormOf(before, after, [])) return []
    return [{ path, before: describeForm(before), after: describeForm(after) }]
  }
  const found: Difference[] = []
  const known = new Map(old)
  const at = (key: string) => (path ? `${path}.${key}` : key)
  for (const [key, value] of now) {
    if (known.has(key)) found.push(...differences(known.get(key), value, at(key)))
    else found.push({ path: at(key), before: 'nothing', after: describeForm(value) })
  }
  const present = new Set(now.map(([key]) => key))
  for (const [key, value] of old) {
    if (!present.has(key)) found.push({ path: at(key), before: describeForm(value), after: 'nothing' })
  }
  const [oldKeys, keys] = [[...known.keys()].join(', '), [...present].join(', ')]
  // the order of keys is the order of a program's inputs
  if (found.length === 0 && oldKeys !== keys) found.push({ path, before: `keys ${oldKeys}`, after: `keys ${keys}` })
  return found
}

function entriesOf(value: unknown): [key: string, entry: unknown][] | undefined {
  if (typeof value !== 'object' || value === null || value instanceof Tensor) return undefined
  return Array.isArray(value) || isPlain(value) ? Object.entries(value) : undefined
}

/** Describes a tree: `float32[10, 1]`, `a list of 2`. */
function describeForm(value: unknown): string {
  if (value instanceof Tensor) return `${value.dtype}${formatShape(value.shape)}`
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return `{ ${Object.keys(value).join(', ')} }`
  return typeof value === 'string' ? JSON.stringify(value) : paramsKey(value)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function unsupported(what: string): TypeError {
  return new TypeError(
    `A compiled function takes tensors, plain values and trees of them, and was given a ${what}. Let the function close over it instead.`,
  )
}
