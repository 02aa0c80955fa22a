import {
  type ConfigOf,
  type FieldTable,
  firstShape,
  type InputShape,
  joinFields,
  type OptionsOf,
  type Rng,
} from '@gradus/core'
import { matmul, type Shape, type Tensor } from '@gradus/tensor'
import type { StateSizes } from './cell.ts'
import { GatedCell, type GatedParams, gatedFields } from './gated-cell.ts'

/** The fields of `UnitsConfig`. */
export const unitsFields = /* @__PURE__ */ joinFields(
  {
    /** Size of the output and of each state. */
    units: { type: 'integer', min: 1, required: true, example: '8' },
  } as const,
  gatedFields,
)

/** Options of cells with states of `units` numbers. */
export interface UnitsConfig extends ConfigOf<typeof unitsFields> {}

/** The complete options of `UnitsCell`. */
export type UnitsOptions = OptionsOf<typeof unitsFields>

/**
 * The base class of cells with states of `units` numbers. The kernel is `[inputs, gates * units]` and the recurrent kernel
 * `[units, gates * units]`.
 */
export abstract class UnitsCell<C extends UnitsConfig = UnitsConfig> extends GatedCell<C> {
  static override readonly fields: FieldTable = unitsFields
  declare readonly options: UnitsOptions

  get stateSizes(): StateSizes {
    return [this.options.units]
  }

  protected get gateSize(): number {
    return this.options.units
  }

  override init(rng: Rng, inputShape: InputShape): GatedParams {
    return this.makeParams(rng, [firstShape(inputShape).at(-1)!], [this.options.units])
  }

  // with recurrent dropout each gate has a separate mask, otherwise they share one
  protected override get inputMasks(): number {
    return this.options.recurrentDropout > 0 ? this.gates : 1
  }

  protected inputProduct(sequence: Tensor, kernel: Tensor): Tensor {
    return matmul(sequence, kernel)
  }

  protected stateProduct(state: Tensor, kernel: Tensor): Tensor {
    return matmul(state, kernel)
  }

  protected stateShape([batch]: Shape): Shape {
    return [batch!, this.options.units]
  }
}
