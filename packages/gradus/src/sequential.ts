import type { Layer } from '@gradus/core'
import { type ModelConfig, type NameResolver, Sequential as PlainSequential } from '@gradus/models'
import type { RowPrediction } from '@gradus/tables'
import { ensureBackend } from './auto.ts'
import type { StandardNames } from './names.ts'
import { predictRows } from './predict-rows.ts'
import { compileRegistry } from './standard.ts'

/**
 * A stack of layers, as in Keras. `compile` takes the names of the standard optimizers, losses and metrics. If no backend was
 * chosen, `auto` chooses one.
 *
 * @example
 * import { Dense, Sequential } from 'gradus'
 * const model = new Sequential([new Dense({ units: 16, activation: 'relu', inputShape: [1] }), new Dense({ units: 2 })])
 * model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] })
 * model.countParams() // => 66
 */
export class Sequential extends PlainSequential<StandardNames> {
  static override readonly fields = {}

  static get registry(): NameResolver {
    return compileRegistry as NameResolver
  }

  constructor(layers: readonly Layer[] = [], config: ModelConfig = {}) {
    ensureBackend()
    super(layers, config)
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
