import { DataError } from '../errors.ts'
import { isPlainObject } from '../structure.ts'
import { accepts, descriptionOf } from './check-fields.ts'
import { describeField, describeValue } from './describe.ts'
import type { FieldTable } from './fields.ts'

/**
 * Checks a state that was saved as data, such as that of a callback, before it is restored. Throws `DataError`, which names `owner` and
 * the part, for parts of another form than `fields` describes. Parts that are not required may be missing or null.
 *
 * @example
 * import { checkState } from '@gradus/core'
 * checkState('Counter', { count: 3 }, { count: { type: 'integer', required: true } })
 */
export function checkState(owner: string, state: unknown, fields: FieldTable): void {
  if (!isPlainObject(state))
    throw new DataError(`The saved state of ${owner} is damaged: it is ${describeValue(state)}.`)
  for (const [key, field] of Object.entries(fields)) {
    const value = state[key]
    const isUnset = value === undefined || value === null
    if (isUnset ? !descriptionOf(field).required : accepts(field, value)) continue
    throw new DataError(
      `The saved state of ${owner} is damaged: '${key}' must be ${describeField(field)} and is ${describeValue(value)}.`,
    )
  }
}
