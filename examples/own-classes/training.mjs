import { Callback, Optimizer } from 'gradus'
import { mul, sign, sub } from 'gradus/ops'

/** Changes every parameter by the learning rate, in the direction in which the loss decreases. */
export class SignDescent extends Optimizer {
  static type = 'acme/SignDescent'

  slots() {
    return {}
  }

  step(param, gradient, slots, { learningRate }) {
    return [sub(param, mul(learningRate, sign(gradient))), slots]
  }
}

/** Halves the learning rate after every `every` epochs. */
export class Halve extends Callback {
  static type = 'acme/Halve'
  static fields = { every: { type: 'integer', default: 5 } }

  onEpochEnd({ epoch, model }) {
    if ((epoch + 1) % this.options.every === 0) model.learningRate /= 2
  }
}
