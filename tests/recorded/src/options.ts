import { camelCase } from './recorded.ts'

/** Python's keyword arguments as options of Gradus, without those that are `None`. */
export function camelOptions(kwargs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(kwargs)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [camelCase(key), value]),
  )
}
