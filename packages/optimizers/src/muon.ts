import { type ConfigOf, Optimizer, type OptionsOf, type StepContext } from '@gradus/core'
import { add, full, mul, square, sub, type Tensor, zerosLike } from '@gradus/tensor'
import { adamRate, adamUpdate } from './adam-step.ts'
import { nextMoments } from './moments.ts'
import { orthogonalized } from './newton-schulz.ts'
import { kerasPath, pathPattern } from './path-pattern.ts'

const fields = {
  /** The decay rate of Adam's running mean of gradients (Keras's adam_beta_1). */
  adamBeta1: { type: 'number', min: 0, max: 1, default: 0.9 },
  /** The decay rate of Adam's running mean of squared gradients (Keras's adam_beta_2). */
  adamBeta2: { type: 'number', min: 0, max: 1, default: 0.999 },
  /** The weight decay of parameters that Adam updates. */
  adamWeightDecay: { type: 'number', min: 0, default: 0.004 },
  /** Added to the root in Adam's steps. */
  epsilon: { type: 'number', min: 0, default: 1e-7 },
  /** The weight decay of all other parameters. */
  weightDecay: { type: 'number', min: 0, default: 0.004 },
  /** Regular expressions: parameters with such a part in their path, such as `output/kernel`, are updated by Adam. */
  excludeLayers: { type: 'strings', default: [], example: "['output']" },
  /** Whether parameters with `embedding` in their path are updated by Adam. */
  excludeEmbeddings: { type: 'boolean', default: true },
  /** The coefficient of X in an iteration. */
  muonA: { type: 'number', default: 3.4445 },
  /** The coefficient of X Xᵀ X in an iteration. */
  muonB: { type: 'number', default: -4.775 },
  /** The coefficient of X Xᵀ X Xᵀ X in an iteration. */
  muonC: { type: 'number', default: 2.0315 },
  /** The ratio of Adam's learning rate to the learning rate. */
  adamLrRatio: { type: 'number', min: 0, default: 1 },
  /** The decay rate of the sum of gradients. */
  momentum: { type: 'number', min: 0, max: 1, default: 0.95 },
  /** The number of iterations that orthogonalize a step. */
  nsSteps: { type: 'integer', min: 0, default: 5 },
  /** Whether to use Nesterov momentum. */
  nesterov: { type: 'boolean', default: true },
  /** The root mean square of a step in units of the learning rate; `none` (in Keras None) leaves steps as they are. */
  rmsRate: { type: 'number', or: ['none'], whenNull: 'none', default: 0.2 },
} as const

/** Options of `Muon`. */
export interface MuonConfig extends ConfigOf<typeof fields> {}

/**
 * Moves matrices along orthogonal matrices near the sum of their gradients: m = mu m + g, w -= lr rmsRate sqrt(max(rows,
 * columns)) O, where O is g + mu m after `nsSteps` iterations X = a X + b X Xᵀ X + c X Xᵀ X Xᵀ X, which bring all singular
 * values near 1. Parameters that are not of rank 2, embeddings and `excludeLayers` are updated by Adam; name the output layer
 * there. Source: Keras `optimizers.Muon`; Jordan et al. 2024; Liu et al. 2025.
 *
 * @example
 * import { Muon } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const optimizer = new Muon({ learningRate: 0.5, weightDecay: 0, excludeLayers: ['output'] })
 * const kernel = () => tensor([[1, 0], [0, 1]])
 * const params = { hidden: { kernel: kernel() }, output: { kernel: kernel() } }
 * const gradient = tensor([[2, 0], [0, 1]])
 * const [next] = optimizer.update({ hidden: { kernel: gradient }, output: { kernel: gradient } }, optimizer.init(params), params)
 * next.hidden.kernel.array().map((row) => row.map((x) => x.toFixed(1))) // => [['0.9', '0.0'], ['0.0', '0.8']]
 * next.output.kernel.array().map((row) => row.map((x) => x.toFixed(1))) // => [['0.5', '0.0'], ['0.0', '0.5']]
 */
export class Muon extends Optimizer<MuonConfig> {
  static readonly type = 'Muon'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  /** Adam's running mean of squares, `velocity`, is a scalar for parameters that Adam does not update. */
  protected override slots(param: Tensor, path: string): Record<string, Tensor> {
    const velocity = this.usesAdam(param, path) ? zerosLike(param) : full([], 0, param.dtype, param)
    return { momentum: zerosLike(param), velocity }
  }

  protected override magnitude(gradient: Tensor): Tensor {
    return square(gradient)
  }

  protected override weightDecayOf(param: Tensor, path: string): number {
    return this.usesAdam(param, path) ? this.options.adamWeightDecay : this.options.weightDecay
  }

  protected step(param: Tensor, gradient: Tensor, slots: Readonly<Record<string, Tensor>>, context: StepContext) {
    const { options } = this
    if (this.usesAdam(param, context.path)) {
      const rates = { beta1: options.adamBeta1, beta2: options.adamBeta2 }
      const moments = nextMoments(gradient, slots, rates)
      const learningRate = mul(context.learningRate, options.adamLrRatio)
      return [
        adamUpdate(param, moments, adamRate({ ...context, learningRate }, rates), options.epsilon),
        moments,
      ] as const
    }
    const { momentum: mu, nesterov, nsSteps, muonA, muonB, muonC, rmsRate } = options
    const momentum = add(slots.momentum!, add(gradient, mul(slots.momentum!, mu - 1)))
    const direction = nesterov ? add(gradient, mul(momentum, mu)) : momentum
    const update = mul(orthogonalized(direction, nsSteps, [muonA, muonB, muonC]), context.learningRate)
    const scaled = rmsRate === 'none' ? update : mul(mul(update, Math.sqrt(Math.max(...param.shape))), rmsRate)
    return [sub(param, scaled), { momentum, velocity: slots.velocity! }] as const
  }

  private usesAdam(param: Tensor, path: string): boolean {
    const { excludeLayers, excludeEmbeddings } = this.options
    const keras = kerasPath(path)
    if (param.shape.length !== 2 || (excludeEmbeddings && keras.toLowerCase().includes('embedding'))) return true
    return excludeLayers.some((pattern) => pathPattern(this.type, 'excludeLayers', pattern).test(keras))
  }
}
