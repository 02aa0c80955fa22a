import { callbacks } from '@gradus/callbacks'
import { Registry } from '@gradus/core'
import { activations, constraints, initializers, layers, regularizers } from '@gradus/layers'
import { losses } from '@gradus/losses'
import { metrics } from '@gradus/metrics'
import { optimizers, schedules } from '@gradus/optimizers'
import * as ops from '@gradus/tensor/ops'

/** The definitions in `standard` that `compile` takes by name. A program that only trains has no others in its bundle. */
export const compileRegistry = /* @__PURE__ */ collectForCompile()

/**
 * The registry of everything that comes with Gradus: layers, activations, initializers, regularizers, constraints, losses,
 * metrics, optimizers, schedules, callbacks and operations. `standard.with(YourClass)` is a registry that knows yours too.
 *
 * @example
 * import { standard } from 'gradus'
 * const layer = standard.create({ layer: 'Dense', units: 3, activation: 'relu' })
 * layer.config.units // => 3
 * standard.parse('optimizer', { optimizer: 'adam', learningRate: 0.01 }).type // => 'Adam'
 */
export const standard = /* @__PURE__ */ collect()

/** The definitions in `standard`. */
export type StandardDefinition = (typeof standard)['definitions'][number]

// In functions, so that bundlers can drop the whole of them: they must keep a spread at module level.
function collectForCompile() {
  return new Registry([
    ...Object.values(losses),
    ...Object.values(metrics),
    ...Object.values(optimizers),
    ...Object.values(schedules),
  ])
}

function collect() {
  return new Registry([
    ...compileRegistry.definitions,
    ...Object.values(layers),
    ...Object.values(activations),
    ...Object.values(initializers),
    ...Object.values(regularizers),
    ...Object.values(constraints),
    ...Object.values(callbacks),
    ...operationsOf(ops),
  ])
}

/** Those functions that a functional model can record; others make tensors. */
function operationsOf<T extends object>(functions: T): Extract<T[keyof T], { readonly kind: 'operation' }>[] {
  return Object.values(functions).filter((value: { readonly kind?: string }) => value.kind === 'operation')
}
