import { isGraph } from '@gradus/tensor/internals'

/** The params of a node as text, without graphs; empty for an op without params. */
export function formatParams(params: unknown): string {
  return params === null || params === undefined ? '' : JSON.stringify(params, plain)
}

// JSON has no NaN, infinities and -0, which are common values of `fill`
function plain(_: string, value: unknown): unknown {
  if (isGraph(value)) return undefined
  const lost = typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
  return lost ? (Object.is(value, -0) ? '-0' : String(value)) : value
}
