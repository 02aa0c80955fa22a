import { ConfigError } from '../errors.ts'
import type { BaseLayer } from './base-layer.ts'
import { titleOf } from './title.ts'

/** The layers that are learning from data which is read in the background. */
export const learning: WeakSet<BaseLayer> = /* @__PURE__ */ new WeakSet()

/** Throws `ConfigError` if a layer is called while it learns from data. */
export function requireLearned(layer: BaseLayer): void {
  if (!learning.has(layer)) return
  throw new ConfigError(
    `${titleOf(layer)} was called before its adapt had read the data. Wait for it: await layer.adapt(data).`,
  )
}
