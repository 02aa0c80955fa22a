import { backendChecks } from './backend/backend-checks.ts'
import type { BackendCheckOptions, BackendSource } from './backend/options.ts'
import { makeLayer } from './layer/bench.ts'
import { layerChecks } from './layer/layer-checks.ts'
import type { ConfigOfSource, LayerCheckOptions, LayerSource } from './layer/options.ts'
import { registerChecks } from './register.ts'

/** Registers `backendChecks` as vitest tests: one call is the whole test of a backend. */
export function testBackend(backend: BackendSource, options: BackendCheckOptions = {}): void {
  registerChecks(typeof backend === 'function' ? 'backend' : `${backend.name} backend`, backendChecks(backend, options))
}

/**
 * Registers `layerChecks` as vitest tests. Call it once per interesting config; what is special about the layer is tested
 * beside it.
 */
export function testLayer<L extends LayerSource>(layer: L, options: LayerCheckOptions<ConfigOfSource<L>>): void {
  const checked = options as LayerCheckOptions
  const { type } = makeLayer(layer, checked.config)
  registerChecks(`${type}${checked.config ? ` ${describeConfig(checked.config)}` : ''}`, layerChecks(layer, checked))
}

function describeConfig(config: object): string {
  const text = JSON.stringify(config)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
