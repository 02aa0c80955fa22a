import type { Backend } from '@gradus/tensor'
import { type Difference, differences } from './form.ts'

/** The number of differences that an explanation names: trees that differ everywhere would fill pages. */
const named = 3
/** The number of earlier forms that are compared: a function may be traced thousands of times. */
const compared = 64

/**
 * Why arguments were traced again, compared with the most similar of the last `forms` on the same backend: `argument 2
 * (batch.inputs.0): float32[10, 1] became float32[5, 1]`. Arguments are counted from 0, as for `donate`.
 */
export function explainRetrace(
  { name }: Backend,
  forms: readonly (readonly unknown[])[],
  args: readonly unknown[],
): string {
  const lists = forms
    .slice(-compared)
    .map((form) => differencesOf(form, args))
    .sort((a, b) => a.length - b.length)
  return lists[0] ? joined(lists[0]) : `the ${name} backend had not been used before`
}

/** Why a result cannot become the first argument of the next call; undefined where it can. */
export function obstacleToRepeat(first: unknown, result: unknown): string | undefined {
  const found = differences(first, result)
  return found.length === 0 ? undefined : joined(found.map((difference) => describe('the first argument', difference)))
}

function differencesOf(form: readonly unknown[], args: readonly unknown[]): string[] {
  return Array.from({ length: Math.max(form.length, args.length) }, (_, position) =>
    differences(position < form.length ? [form[position]] : [], position < args.length ? [args[position]] : []).map(
      ({ path, ...rest }) => describe(`argument ${position}`, { path: path.replace(/^0\.?/, ''), ...rest }),
    ),
  ).flat()
}

function describe(what: string, { path, before, after }: Difference): string {
  return `${what}${path && ` (${path})`}: ${before} became ${after}`
}

function joined(texts: readonly string[]): string {
  const rest = texts.length - named
  return [...texts.slice(0, named), ...(rest > 0 ? [`${rest} more`] : [])].join('; ')
}
