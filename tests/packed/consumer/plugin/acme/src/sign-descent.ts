import { type Fields, Optimizer, type StepContext } from '@gradus/core'
import { add, mul, sign, sub, type Tensor, zerosLike } from '@gradus/tensor'

export interface SignDescentConfig {
  /** How much of the old direction is kept, 0 to 1 (default 0.9). */
  readonly beta?: number
}

/** A step of the learning rate against the sign of the averaged gradient. */
export class SignDescent extends Optimizer<SignDescentConfig> {
  static readonly type = 'acme/SignDescent'
  static override readonly fields = { beta: 'number' } satisfies Fields<SignDescentConfig>

  protected override slots(param: Tensor): Record<string, Tensor> {
    return { average: zerosLike(param) }
  }

  protected step(
    param: Tensor,
    gradient: Tensor,
    slots: Readonly<Record<string, Tensor>>,
    { learningRate }: StepContext,
  ) {
    const { beta = 0.9 } = this.config
    const average = add(mul(slots['average']!, beta), mul(gradient, 1 - beta))
    return [sub(param, mul(sign(average), learningRate)), { average }] as const
  }
}
