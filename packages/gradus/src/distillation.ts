import { type DistillerConfig, type NameResolver, Distiller as PlainDistiller } from '@gradus/models'
import { ensureBackend } from './auto.ts'
import type { StandardNames } from './names.ts'
import { compileRegistry } from './standard.ts'

export {
  type DistillerConfig,
  FeatureDistillation,
  type FeatureDistillationConfig,
  LogitsDistillation,
  type LogitsDistillationConfig,
} from '@gradus/models'

/**
 * Trains a student on targets and on the outputs of a teacher: see `Distiller` of `@gradus/models`. `compile` takes the names of the
 * standard optimizers, losses and metrics.
 *
 * @example
 * import { Dense, distillation, Sequential } from 'gradus'
 * const teacher = new Sequential([new Dense({ units: 8, inputShape: [3] }), new Dense({ units: 2 })], { seed: 1 })
 * const student = new Sequential([new Dense({ units: 2, inputShape: [3] })], { seed: 2 })
 * const distiller = new distillation.Distiller({
 *   teacher,
 *   student,
 *   distillationLosses: new distillation.LogitsDistillation(),
 * })
 * distiller.compile({ optimizer: 'sgd', loss: 'mse' })
 * distiller.student === student // => true
 */
export class Distiller extends PlainDistiller<StandardNames> {
  static get registry(): NameResolver {
    return compileRegistry as NameResolver
  }

  constructor(config: DistillerConfig) {
    ensureBackend()
    super(config)
  }
}
