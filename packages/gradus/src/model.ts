import type { LayerOptions } from '@gradus/core'
import { type FunctionalConfig, type ModelConfig, type NameResolver, Model as PlainModel } from '@gradus/models'
import type { RowPrediction } from '@gradus/tables'
import { ensureBackend } from './auto.ts'
import type { StandardNames } from './names.ts'
import { predictRows } from './predict-rows.ts'
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

  /**
   * Predicts raw rows: `predictRows([{ age: 44, city: 'Rome' }])` returns for each row and target `{ value, probabilities }`. The scaling,
   * the categories and the names of classes are those that were saved with the model, by `gradus train` or in `model.table`. Throws
   * `ConfigError` for a model without them and `DataError` for rows that do not fit.
   */
  predictRows(rows: readonly Readonly<Record<string, unknown>>[]): Promise<RowPrediction[]> {
    return predictRows(this, rows)
  }
}
