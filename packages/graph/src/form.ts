import { paramsKey, sameShape, Tensor } from '@gradus/tensor'

/**
 * A string that is equal for arguments of equal form: the same tree, with tensors of the same shape and dtype and equal
 * plain values. Throws `TypeError` for what has no form, such as functions and class instances.
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
 * Whether `value` has the form of `model`, a tree of which `formOf` was taken; adds the tensors of `value` to `leaves`.
 * The same answer as comparing their `formOf`, found without making strings.
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

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function unsupported(what: string): TypeError {
  return new TypeError(
    `A compiled function takes tensors, plain values and trees of them, and was given a ${what}. Let the function close over it instead.`,
  )
}
