import { callbacks } from '@gradus/callbacks'
import { Registry } from '@gradus/core'
import { activations, constraints, initializers, layers, regularizers } from '@gradus/layers'
import { losses } from '@gradus/losses'
import { metrics } from '@gradus/metrics'
import { optimizers, schedules } from '@gradus/optimizers'
import * as ops from '@gradus/tensor/ops'

/** The definitions that `compile` takes by name. Bundles of applications that only train contain no others of `standard`. */
export const compileRegistry = /* @__PURE__ */ new Registry(definitionsForCompile)

/**
 * The registry of all classes and operations of Gradus: layers, activations, initializers, regularizers, constraints, losses,
 * metrics, optimizers, schedules, callbacks and operations. `standard.with(YourClass)` is a registry that contains yours too.
 *
 * @example
 * import { standard } from 'gradus'
 * const layer = standard.create({ layer: 'Dense', units: 3, activation: 'relu' })
 * layer.config.units // => 3
 * standard.parse('optimizer', { optimizer: 'adam', learningRate: 0.01 }).type // => 'Adam'
 */
export const standard = /* @__PURE__ */ new Registry(allDefinitions)

/** The definitions in `standard`. */
export type StandardDefinition = (typeof standard)['definitions'][number]

function definitionsForCompile() {
  return [
    ...Object.values(losses),
    ...Object.values(metrics),
    ...Object.values(optimizers),
    ...Object.values(schedules),
  ]
}

function allDefinitions() {
  return [
    ...definitionsForCompile(),
    ...Object.values(layers),
    ...Object.values(activations),
    ...Object.values(initializers),
    ...Object.values(regularizers),
    ...Object.values(constraints),
    ...Object.values(callbacks),
    ...operationsOf(ops),
  ]
}

/** The functions that a functional model can record, which are operations of tensors. */
function operationsOf<T extends object>(functions: T): Extract<T[keyof T], { readonly kind: 'operation' }>[] {
  return Object.values(functions).filter((value: { readonly kind?: string }) => value.kind === 'operation')
}
