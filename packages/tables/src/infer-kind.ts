import { ConfigError, describeValue, suggest } from '@gradus/core'
import type { ColumnProfile, TableProfile } from './column-profile.ts'
import * as allKinds from './kinds/all.ts'
import type { ColumnKind, ColumnOptions } from './kinds/kind.ts'

const kinds: Readonly<Record<string, ColumnKind>> = allKinds as never

/** The kind of an input, and why it is of no use. One that is named is used all the same where it has a kind. */
export function inferKind(column: ColumnProfile, { rowCount }: TableProfile): { kind?: string; why: string } {
  const { count, missing, distinct, values, numbers, counts, arrays, numberArrays, arrayShapes } = column
  if (count === 0) return { why: 'it has no values' }
  if (arrays === count && numberArrays < count) return { why: 'it has arrays of other things than numbers' }
  if (arrays === count && arrayShapes > 1) return { why: 'its arrays have different shapes' }
  const [kind] = Object.values(kinds)
    .map(({ name, likelihood }) => ({ name, likelihood: likelihood(column) }))
    .filter(({ likelihood }) => likelihood > 0)
    .sort((a, b) => b.likelihood - a.likelihood)
  if (kind === undefined)
    return { why: `${distinct ?? 'more than 10000'} of its ${count} values differ, so they are names` }
  const isConstant = distinct === 1 && missing === 0
  const countsRows = numbers === count && counts && count === rowCount && count > 20
  const why = isConstant ? `all values are ${describeValue(values[0]![0])}` : countsRows ? 'it counts the rows' : ''
  return { kind: kind.name, why }
}

/**
 * Completes the options of a column with what its profile says. Where `choices` are given, the kind was guessed, and what this means for
 * some values is added to them. Throws `ConfigError` for a kind that does not exist.
 */
export function completeOptions(
  column: ColumnProfile,
  { decimal }: TableProfile,
  given: Partial<ColumnOptions> & { readonly kind: string },
  choices?: string[],
): ColumnOptions {
  const { name } = column
  if (!Object.hasOwn(kinds, given.kind)) {
    const known = Object.keys(kinds)
    throw new ConfigError(
      `columns.${name}: there is no kind ${describeValue(given.kind)}.${suggest(given.kind, known)}`,
    )
  }
  const kind = kinds[given.kind]!
  const inferred = kind.infer?.(column, { ...(decimal && { decimal }), isGuess: choices !== undefined }) ?? {}
  const options = { ...inferred, ...given }
  if (inferred.missingTexts && !given.missingTexts)
    choices?.push(
      `'${name}' is ${kind.expected({ kind: kind.name })}, so ${inferred.missingTexts.map((text) => describeValue(text)).join(', ')} there is a missing value.`,
    )
  return options
}
