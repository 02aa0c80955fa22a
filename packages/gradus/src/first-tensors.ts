import { Rng as CoreRng } from '@gradus/core'
import * as tensors from '@gradus/tensor'
import { registersAuto } from './auto.ts'

// The exports that make tensors without other tensors. With them a program needs no `useBackend`.

/** `tensor` of `@gradus/tensor`: a tensor with the given values. If no backend was chosen, `auto` chooses one. */
export const tensor = /* @__PURE__ */ registersAuto(tensors.tensor)

/** `zeros` of `@gradus/tensor`: a tensor of zeros. If no backend was chosen, `auto` chooses one. */
export const zeros = /* @__PURE__ */ registersAuto(tensors.zeros)

/** `ones` of `@gradus/tensor`: a tensor of ones. If no backend was chosen, `auto` chooses one. */
export const ones = /* @__PURE__ */ registersAuto(tensors.ones)

/** `full` of `@gradus/tensor`: a tensor of one value. If no backend was chosen, `auto` chooses one. */
export const full = /* @__PURE__ */ registersAuto(tensors.full)

/** `iota` of `@gradus/tensor`: a tensor of coordinates. If no backend was chosen, `auto` chooses one. */
export const iota = /* @__PURE__ */ registersAuto(tensors.iota)

/** `eye` of `@gradus/tensor`: ones on a diagonal. If no backend was chosen, `auto` chooses one. */
export const eye = /* @__PURE__ */ registersAuto(tensors.eye)

/** `arange` of `@gradus/tensor`: the numbers from `start` to `stop`. If no backend was chosen, `auto` chooses one. */
export const arange = /* @__PURE__ */ registersAuto(tensors.arange)

/** `linspace` of `@gradus/tensor`: numbers at equal distances. If no backend was chosen, `auto` chooses one. */
export const linspace = /* @__PURE__ */ registersAuto(tensors.linspace)

/** `randomKey` of `@gradus/tensor`: the key of a seed. If no backend was chosen, `auto` chooses one. */
export const randomKey = /* @__PURE__ */ registersAuto(tensors.randomKey)

/** `currentBackend` of `@gradus/tensor`: the backend of new tensors. If no backend was chosen, `auto` chooses one. */
export const currentBackend = /* @__PURE__ */ registersAuto(tensors.currentBackend)

/** `Rng` of `@gradus/core`: a stream of random keys. If no backend was chosen, `auto` chooses one. */
export const Rng = /* @__PURE__ */ registersAuto(CoreRng)
export type Rng = CoreRng
