import { ColorLayer, type ColorOptions } from './color-layer.ts'
import type { ImageArgument } from './image-layer.ts'
import { type Interval, type IntervalRules, intervalOf } from './image-options.ts'

/** The options that `FactorLayer` reads. */
interface FactorOptions extends ColorOptions {
  readonly factor: number | readonly number[]
}

/** The base class of layers that change colors by numbers from the interval `factor`. */
export abstract class FactorLayer<C extends object> extends ColorLayer<C> {
  declare readonly options: FactorOptions
  protected readonly factors: Interval

  constructor(...config: ImageArgument<C>) {
    super(...config)
    this.factors = intervalOf(this.type, 'factor', this.options.factor, this.limits())
  }

  /** The limits of `factor`. */
  protected limits(): IntervalRules {
    return { least: 0, most: 1 }
  }
}
