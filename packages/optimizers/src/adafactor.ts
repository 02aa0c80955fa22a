import { type ConfigOf, Optimizer, type OptionsOf, type StepContext } from '@gradus/core'
import {
  add,
  div,
  expandDims,
  full,
  maximum,
  mean,
  minimum,
  mul,
  pow,
  sqrt,
  square,
  sub,
  type Tensor,
  zerosLike,
} from '@gradus/tensor'

const fields = {
  /** The exponent of the decay rate of the running means, which is 1 - t^beta2Decay at update t. */
  beta2Decay: { type: 'number', default: -0.8 },
  /** Added to squared gradients. */
  epsilon1: { type: 'number', min: 0, default: 1e-30 },
  /** The smallest root mean square of a parameter that is used as the scale of its step. */
  epsilon2: { type: 'number', min: 0, default: 1e-3 },
  /** The largest root mean square of a step before it is scaled; larger steps are divided. */
  clipThreshold: { type: 'number', above: 0, default: 1 },
  /** Accepted for Keras's configs. The rate is at most 1 / sqrt(t) with and without it, as in Keras. */
  relativeStep: { type: 'boolean', default: true },
} as const

/** Options of `Adafactor`. */
export interface AdafactorConfig extends ConfigOf<typeof fields> {}

/**
 * Divides gradients by the root of running means of their squares, of which it keeps only the means of rows and of columns of
 * the last two axes. A step is scaled to the root mean square of its parameter: w -= max(epsilon2, rms(w)) min(lr, 1 / sqrt(t))
 * u / max(1, rms(u) / clipThreshold), u = g / sqrt(v). For parameters of rank 2 and more, v = r / mean(r) c with the running
 * means r and c of rows and columns; for others it is the running mean itself. Source: Keras `optimizers.Adafactor`; Shazeer &
 * Stern 2018.
 *
 * @example
 * import { Adafactor } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const optimizer = new Adafactor({ learningRate: 0.5 })
 * const params = { w: tensor([[2, 2], [2, 2]]) }
 * const [next] = optimizer.update({ w: tensor([[1, 1], [-1, 1]]) }, optimizer.init(params), params)
 * next.w.array() // => [[1, 1], [3, 1]]
 */
export class Adafactor extends Optimizer<AdafactorConfig> {
  static readonly type = 'Adafactor'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected override slots(param: Tensor): Record<string, Tensor> {
    const { shape, dtype } = param
    const isFactored = shape.length >= 2
    const unused = () => full([], 0, dtype, param)
    return {
      rows: isFactored ? full(shape.slice(0, -1), 0, dtype, param) : unused(),
      columns: isFactored ? full([...shape.slice(0, -2), shape.at(-1)!], 0, dtype, param) : unused(),
      velocity: zerosLike(param),
    }
  }

  protected override magnitude(gradient: Tensor): Tensor {
    return square(gradient)
  }

  protected step(
    param: Tensor,
    gradient: Tensor,
    slots: Readonly<Record<string, Tensor>>,
    { learningRate, iteration }: StepContext,
  ) {
    const { beta2Decay, epsilon1, epsilon2, clipThreshold } = this.options
    const rate = minimum(learningRate, div(1, sqrt(iteration)))
    const scale = mul(maximum(rootMeanSquare(param), epsilon2), rate)
    const squares = add(square(gradient), epsilon1)
    const decay = sub(1, pow(iteration, beta2Decay))
    const running = (old: Tensor, value: Tensor) => add(mul(old, decay), mul(value, sub(1, decay)))
    const next =
      param.shape.length >= 2
        ? factored(slots, squares, running)
        : { ...slots, velocity: running(slots.velocity!, squares) }
    const update = div(gradient, sqrt(next.velocity))
    const clipped = div(update, maximum(div(rootMeanSquare(update), clipThreshold), 1))
    return [sub(param, mul(clipped, scale)), next] as const
  }
}

function factored(
  slots: Readonly<Record<string, Tensor>>,
  squares: Tensor,
  running: (old: Tensor, value: Tensor) => Tensor,
) {
  const rows = running(slots.rows!, mean(squares, { axis: -1 }))
  const columns = running(slots.columns!, mean(squares, { axis: -2 }))
  const shares = div(rows, mean(rows, { axis: -1, keepDims: true }))
  return { rows, columns, velocity: mul(expandDims(shares, -1), expandDims(columns, -2)) }
}

function rootMeanSquare(x: Tensor): Tensor {
  return sqrt(mean(square(x)))
}
