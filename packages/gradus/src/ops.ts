import * as tensors from '@gradus/tensor'
import { registersAuto } from './auto.ts'

// The functions of tensors, under our short names (`mul`, `concat`, `argMax`) and those of Keras (`multiply`, `concatenate`,
// `argmax`). Both names are the same function.
export { customGradient, jvp, stopGradient } from '@gradus/autograd'
export { categoricalCrossentropy, sparseCategoricalCrossentropy } from '@gradus/losses'
export * from '@gradus/tensor/ops'
export {
  arange,
  eye,
  full,
  iota,
  linspace,
  ones,
  randomKey,
  tensor,
  tensor as array,
  zeros,
  zeros as empty,
} from './first-tensors.ts'

/** `convertToTensor` of `@gradus/tensor`: values as a tensor. If no backend was chosen, `auto` chooses one. */
export const convertToTensor = /* @__PURE__ */ registersAuto(tensors.convertToTensor)

/** `identity` of `@gradus/tensor`: ones on the diagonal. If no backend was chosen, `auto` chooses one. */
export const identity = /* @__PURE__ */ registersAuto(tensors.identity)
