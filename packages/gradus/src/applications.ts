import * as plain from '@gradus/applications'
import type { Model as PlainModel } from '@gradus/models'
import { currentBackend, Model } from './index.ts'

/** A function that makes a model. */
type Application = (config?: never) => Promise<PlainModel>

/** The same function, which makes models that know the standard names. */
type Standard<F> = F extends (config?: infer C) => Promise<PlainModel> ? (config?: C) => Promise<Model> : F

/** A module of Keras, with its functions. */
type Family<T> = { readonly [K in keyof T]: Standard<T[K]> }

// The applications of Keras, an entry alone, because most programs use none. Their models know the names of the standard optimizers,
// losses and metrics, and where no backend was chosen, `auto` chooses one.

/** Makes an application return models of this package. */
function standard<F extends Application>(application: F): Standard<F> {
  const make = application as (config?: object) => Promise<PlainModel>
  const made = (config: object = {}) => {
    currentBackend()
    return make({ modelClass: Model, ...config })
  }
  return made as unknown as Standard<F>
}

/** Does so for the applications of a module, of which the names begin with a capital letter. */
function family<T extends object>(module: T): Family<T> {
  const entries = Object.entries(module).map(([name, value]) => [name, /^[A-Z]/.test(name) ? standard(value) : value])
  return Object.fromEntries(entries) as Family<T>
}

export const ConvNeXtBase = /* @__PURE__ */ standard(plain.ConvNeXtBase)
export const ConvNeXtLarge = /* @__PURE__ */ standard(plain.ConvNeXtLarge)
export const ConvNeXtSmall = /* @__PURE__ */ standard(plain.ConvNeXtSmall)
export const ConvNeXtTiny = /* @__PURE__ */ standard(plain.ConvNeXtTiny)
export const ConvNeXtXLarge = /* @__PURE__ */ standard(plain.ConvNeXtXLarge)
export const DenseNet121 = /* @__PURE__ */ standard(plain.DenseNet121)
export const DenseNet169 = /* @__PURE__ */ standard(plain.DenseNet169)
export const DenseNet201 = /* @__PURE__ */ standard(plain.DenseNet201)
export const EfficientNetB0 = /* @__PURE__ */ standard(plain.EfficientNetB0)
export const EfficientNetB1 = /* @__PURE__ */ standard(plain.EfficientNetB1)
export const EfficientNetB2 = /* @__PURE__ */ standard(plain.EfficientNetB2)
export const EfficientNetB3 = /* @__PURE__ */ standard(plain.EfficientNetB3)
export const EfficientNetB4 = /* @__PURE__ */ standard(plain.EfficientNetB4)
export const EfficientNetB5 = /* @__PURE__ */ standard(plain.EfficientNetB5)
export const EfficientNetB6 = /* @__PURE__ */ standard(plain.EfficientNetB6)
export const EfficientNetB7 = /* @__PURE__ */ standard(plain.EfficientNetB7)
export const EfficientNetV2B0 = /* @__PURE__ */ standard(plain.EfficientNetV2B0)
export const EfficientNetV2B1 = /* @__PURE__ */ standard(plain.EfficientNetV2B1)
export const EfficientNetV2B2 = /* @__PURE__ */ standard(plain.EfficientNetV2B2)
export const EfficientNetV2B3 = /* @__PURE__ */ standard(plain.EfficientNetV2B3)
export const EfficientNetV2L = /* @__PURE__ */ standard(plain.EfficientNetV2L)
export const EfficientNetV2M = /* @__PURE__ */ standard(plain.EfficientNetV2M)
export const EfficientNetV2S = /* @__PURE__ */ standard(plain.EfficientNetV2S)
export const InceptionResNetV2 = /* @__PURE__ */ standard(plain.InceptionResNetV2)
export const InceptionV3 = /* @__PURE__ */ standard(plain.InceptionV3)
export const MobileNet = /* @__PURE__ */ standard(plain.MobileNet)
export const MobileNetV2 = /* @__PURE__ */ standard(plain.MobileNetV2)
export const MobileNetV3Large = /* @__PURE__ */ standard(plain.MobileNetV3Large)
export const MobileNetV3Small = /* @__PURE__ */ standard(plain.MobileNetV3Small)
export const NASNetLarge = /* @__PURE__ */ standard(plain.NASNetLarge)
export const NASNetMobile = /* @__PURE__ */ standard(plain.NASNetMobile)
export const ResNet50 = /* @__PURE__ */ standard(plain.ResNet50)
export const ResNet101 = /* @__PURE__ */ standard(plain.ResNet101)
export const ResNet152 = /* @__PURE__ */ standard(plain.ResNet152)
export const ResNet50V2 = /* @__PURE__ */ standard(plain.ResNet50V2)
export const ResNet101V2 = /* @__PURE__ */ standard(plain.ResNet101V2)
export const ResNet152V2 = /* @__PURE__ */ standard(plain.ResNet152V2)
export const VGG16 = /* @__PURE__ */ standard(plain.VGG16)
export const VGG19 = /* @__PURE__ */ standard(plain.VGG19)
export const Xception = /* @__PURE__ */ standard(plain.Xception)

export const convnext = /* @__PURE__ */ family(plain.convnext)
export const densenet = /* @__PURE__ */ family(plain.densenet)
export const efficientnet = /* @__PURE__ */ family(plain.efficientnet)
export const efficientnetV2 = /* @__PURE__ */ family(plain.efficientnetV2)
export const inceptionResnetV2 = /* @__PURE__ */ family(plain.inceptionResnetV2)
export const inceptionV3 = /* @__PURE__ */ family(plain.inceptionV3)
export const mobilenet = /* @__PURE__ */ family(plain.mobilenet)
export const mobilenetV2 = /* @__PURE__ */ family(plain.mobilenetV2)
export const mobilenetV3 = /* @__PURE__ */ family(plain.mobilenetV3)
export const nasnet = /* @__PURE__ */ family(plain.nasnet)
export const resnet = /* @__PURE__ */ family(plain.resnet)
export const resnet50 = /* @__PURE__ */ family(plain.resnet50)
export const resnetV2 = /* @__PURE__ */ family(plain.resnetV2)
export const vgg16 = /* @__PURE__ */ family(plain.vgg16)
export const vgg19 = /* @__PURE__ */ family(plain.vgg19)
export const xception = /* @__PURE__ */ family(plain.xception)

export { CustomScaleLayer, decodePredictions, imagenetUtils, LayerScale } from '@gradus/applications'
