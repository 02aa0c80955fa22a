import { expect } from 'vitest'

interface Readable {
  array(): unknown
}

const readable = (value: unknown): value is Readable =>
  typeof value === 'object' && value !== null && 'array' in value && typeof value.array === 'function'

/** Converts tensors to nested arrays and typed arrays to arrays. */
async function plain(value: unknown): Promise<unknown> {
  const settled = await value
  if (readable(settled)) return plain(settled.array())
  if (ArrayBuffer.isView(settled)) return Array.from(settled as unknown as ArrayLike<unknown>)
  if (Array.isArray(settled)) return Promise.all(settled.map(plain))
  return settled
}

/** Whether two values are equal, numbers up to a tolerance. */
function close(value: unknown, expected: unknown, tolerance: number): boolean {
  if (typeof value === 'number' && typeof expected === 'number') {
    return Object.is(value, expected) || Math.abs(value - expected) <= tolerance
  }
  if (Array.isArray(value) && Array.isArray(expected)) {
    return value.length === expected.length && value.every((item, at) => close(item, expected[at], tolerance))
  }
  return JSON.stringify(value) === JSON.stringify(expected)
}

/**
 * Asserts that a value is the one in the comment of an example line. Numbers are compared to the digits that are written:
 * `0.33` is any number that rounds to it. Text that is not JavaScript is compared with `String(value)`.
 */
export async function assertShown(value: unknown, text: string): Promise<void> {
  const settled = await value
  if (String(settled) === text) return
  let expected: unknown
  try {
    expected = new Function(`return (${text})`)()
  } catch {
    expect(String(settled)).toBe(text)
  }
  const digits = Math.max(0, ...[...text.matchAll(/\.(\d+)/g)].map((match) => match[1]!.length))
  const found = await plain(settled)
  if (!close(found, expected, 0.5 * 10 ** -digits * (digits === 0 ? 1e-6 : 1.0001))) expect(found).toEqual(expected)
}
