import * as images from '@gradus/images'
import { registersAuto } from './auto.ts'

// The functions of images that make tensors without other tensors, apart from the others: a program that uses none loads no decoder.

/** `fromPixels` of `@gradus/images`: the pixels of an image. If no backend was chosen, `auto` chooses one. */
export const fromPixels = /* @__PURE__ */ registersAuto(images.fromPixels)

/** `imgToArray` of `@gradus/images`: the values of an image. If no backend was chosen, `auto` chooses one. */
export const imgToArray = /* @__PURE__ */ registersAuto(images.imgToArray)
