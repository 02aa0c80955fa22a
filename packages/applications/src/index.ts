export * as convnext from './families/convnext.ts'
export { ConvNeXtBase, ConvNeXtLarge, ConvNeXtSmall, ConvNeXtTiny, ConvNeXtXLarge } from './families/convnext.ts'
export * as densenet from './families/densenet.ts'
export { DenseNet121, DenseNet169, DenseNet201 } from './families/densenet.ts'
export * as efficientnet from './families/efficientnet.ts'
export {
  EfficientNetB0,
  EfficientNetB1,
  EfficientNetB2,
  EfficientNetB3,
  EfficientNetB4,
  EfficientNetB5,
  EfficientNetB6,
  EfficientNetB7,
} from './families/efficientnet.ts'
export * as efficientnetV2 from './families/efficientnet-v2.ts'
export {
  EfficientNetV2B0,
  EfficientNetV2B1,
  EfficientNetV2B2,
  EfficientNetV2B3,
  EfficientNetV2L,
  EfficientNetV2M,
  EfficientNetV2S,
} from './families/efficientnet-v2.ts'
export * as inceptionResnetV2 from './families/inception-resnet-v2.ts'
export { InceptionResNetV2 } from './families/inception-resnet-v2.ts'
export * as inceptionV3 from './families/inception-v3.ts'
export { InceptionV3 } from './families/inception-v3.ts'
export * as mobilenet from './families/mobilenet.ts'
export { MobileNet, type MobileNetConfig } from './families/mobilenet.ts'
export * as mobilenetV2 from './families/mobilenet-v2.ts'
export { MobileNetV2, type MobileNetV2Config } from './families/mobilenet-v2.ts'
export * as mobilenetV3 from './families/mobilenet-v3.ts'
export { type MobileNetV3Config, MobileNetV3Large, MobileNetV3Small } from './families/mobilenet-v3.ts'
export * as nasnet from './families/nasnet.ts'
export { NASNetLarge, NASNetMobile } from './families/nasnet.ts'
export * as resnet from './families/resnet.ts'
export * as resnet50 from './families/resnet.ts'
export { ResNet50, ResNet101, ResNet152 } from './families/resnet.ts'
export * as resnetV2 from './families/resnet-v2.ts'
export { ResNet50V2, ResNet101V2, ResNet152V2 } from './families/resnet-v2.ts'
export * as vgg16 from './families/vgg16.ts'
export { VGG16 } from './families/vgg16.ts'
export * as vgg19 from './families/vgg19.ts'
export { VGG19 } from './families/vgg19.ts'
export * as xception from './families/xception.ts'
export { Xception } from './families/xception.ts'
export {
  type ClassIndex,
  type DecodeOptions,
  decodePredictions,
  type Prediction,
} from './imagenet/decode-predictions.ts'
export type { Images, Preprocessed, PreprocessMode, PreprocessOptions } from './imagenet/preprocess.ts'
export * as imagenetUtils from './imagenet/utils.ts'
export { CustomScaleLayer, type CustomScaleLayerConfig } from './layers/custom-scale-layer.ts'
export { LayerScale, type LayerScaleConfig, type LayerScaleParams } from './layers/layer-scale.ts'
export type { ApplicationConfig, DownloadOptions, ModelClass, PreprocessingConfig } from './options.ts'
