import {
  CSVLogger,
  EarlyStopping,
  History,
  LambdaCallback,
  LearningRateScheduler,
  ModelCheckpoint,
  ProgressLogger,
  ReduceLROnPlateau,
  TerminateOnNaN,
} from '@gradus/callbacks'
import { Registry } from '@gradus/core'
import { activations, constraints, initializers, layers, regularizers } from '@gradus/layers'
import { losses } from '@gradus/losses'
import { metrics } from '@gradus/metrics'
import { optimizers, schedules } from '@gradus/optimizers'

/**
 * The registry of everything that comes with Gradus: layers, activations, initializers, regularizers, constraints,
 * losses, metrics, optimizers, schedules and callbacks. `standard.with(YourClass)` is a registry that knows yours too.
 *
 * @example
 * import { standard } from 'gradus'
 * const layer = standard.create({ layer: 'Dense', units: 3, activation: 'relu' })
 * layer.config.units // => 3
 * standard.parse('optimizer', { optimizer: 'adam', learningRate: 0.01 }).type // => 'Adam'
 */
export const standard = /* @__PURE__ */ collect()

/** The classes in `standard`. */
export type StandardDefinition = (typeof standard)['definitions'][number]

// In a function, so that bundlers can drop the whole of it: they must keep a spread at module level.
function collect() {
  return new Registry([
    ...layers,
    ...classesOf(activations),
    ...classesOf(initializers),
    ...classesOf(regularizers),
    ...classesOf(constraints),
    ...losses,
    ...metrics,
    ...optimizers,
    ...schedules,
    CSVLogger,
    EarlyStopping,
    History,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ProgressLogger,
    ReduceLROnPlateau,
    TerminateOnNaN,
  ])
}

/** The classes of a table, each once: tables list some under two names. */
function classesOf<T extends object>(table: Readonly<Record<string, T>>): T[] {
  return [...new Set(Object.values(table))]
}
