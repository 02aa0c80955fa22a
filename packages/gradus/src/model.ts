import type { LayerOptions } from '@gradus/core'
import { type FunctionalConfig, type ModelConfig, type NameResolver, Model as PlainModel } from '@gradus/models'
import { ensureBackend } from './auto.ts'
import type { StandardNames } from './names.ts'
import { compileRegistry } from './standard.ts'

/**
 * A functional or subclassed model: see `Model` of `@gradus/models`. `compile` takes the names of the standard optimizers, losses
 * and metrics. If no backend was chosen, `auto` chooses one.
 *
 * @example
 * import { Dense, input, Model } from 'gradus'
 * const x = input({ shape: [3] })
 * const model = new Model({ inputs: x, outputs: new Dense({ units: 1 }).call(x) })
 * model.compile({ optimizer: 'sgd', loss: 'mean_squared_error' })
 * model.countParams() // => 4
 */
export class Model<C extends object = object> extends PlainModel<StandardNames, C> {
  static override readonly fields = {}

  static get registry(): NameResolver {
    return compileRegistry as NameResolver
  }

  constructor(...config: [config?: FunctionalConfig | (LayerOptions<C> & ModelConfig)]) {
    ensureBackend()
    super(...config)
  }
}
