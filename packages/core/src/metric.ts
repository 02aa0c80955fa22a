import type { Tensor, Tree } from '@gradus/tensor'
import { Configured } from './configured.ts'
import type { Field, Fields } from './fields.ts'
import { snakeCase } from './names.ts'

export interface MetricConfig {
  /** Key in the logs; by default the type in snake_case. */
  readonly name?: string
}

/** A figure accumulated over batches. Pure: the state goes in and comes out, and lives on the device. */
export abstract class Metric<C extends object = object, S extends Tree = Tree> extends Configured<'metric', C & MetricConfig> {
  static readonly kind = 'metric'
  static override readonly fields: Readonly<Record<string, Field>> = { name: 'string' } satisfies Fields<MetricConfig>

  get name(): string {
    return (this.config as MetricConfig).name ?? snakeCase(this.type)
  }

  /** Whether larger is better. Callbacks with `mode: 'auto'` ask for it. */
  get direction(): 'up' | 'down' {
    return 'down'
  }

  /** The state before the first batch. */
  abstract init(): S
  /** The state after one more batch; `weight` is broadcast against the per-sample values. */
  abstract update(state: S, target: Tensor, prediction: Tensor, weight?: Tensor): S
  /** The figure so far, a scalar (some metrics give one per class). */
  abstract result(state: S): Tensor
}
