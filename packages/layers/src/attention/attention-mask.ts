import { abs, cast, expandDims, greaterEqual, iota, less, logicalAnd, sub, Tensor } from '@gradus/tensor'

/** The masks and options that determine the keys to which a query attends. */
export interface MaskSources {
  /** bool `[batch, queries]` */
  readonly query: Tensor | undefined
  /** bool `[batch, keys]` */
  readonly value: Tensor | undefined
  /** bool `[batch, keys]` */
  readonly key: Tensor | undefined
  /** bool `[batch, queries, keys]` */
  readonly given: Tensor | undefined
  /** Whether a query attends only to keys up to its own position. */
  readonly causal: boolean
  /** A query attends only to keys at a distance below this. */
  readonly window: number | undefined
}

/** The keys to which each query attends, bool `[batch or 1, queries, keys]`; undefined if it attends to all. */
export function attentionMask(
  { query, value, key, given, causal, window }: MaskSources,
  queries: number,
  keys: number,
): Tensor | undefined {
  const row = iota([1, queries, 1], 1)
  const column = iota([1, 1, keys], 2)
  const masks = [
    query && expandDims(cast(query, 'bool'), -1),
    value && expandDims(cast(value, 'bool'), -2),
    key && key !== value && expandDims(cast(key, 'bool'), -2),
    causal ? greaterEqual(row, column) : undefined,
    window === undefined ? undefined : less(abs(sub(row, column)), window),
    given && cast(given, 'bool'),
  ].filter((mask) => mask instanceof Tensor)
  return masks.length === 0 ? undefined : masks.reduce((all, mask) => logicalAnd(all, mask))
}
