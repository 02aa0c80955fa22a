import { paramsKey, Tensor } from '@gradus/tensor'

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
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw unsupported(value.constructor.name)
  for (const [key, entry] of Object.entries(value)) form += `${JSON.stringify(key)}:${formOf(entry)};`
  return `{${form}}`
}

function unsupported(what: string): TypeError {
  return new TypeError(
    `A compiled function takes tensors, plain values and trees of them, and was given a ${what}. Let the function close over it instead.`,
  )
}
