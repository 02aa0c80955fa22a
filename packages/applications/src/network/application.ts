import { ConfigError, checkFields, describeValue, type FieldTable, input } from '@gradus/core'
import { Dense } from '@gradus/layers'
import { getSourceInputs, Model } from '@gradus/models'
import type { SymbolicShape, SymbolicTensor } from '@gradus/tensor'
import { type ApplicationConfig, applicationFields } from '../options.ts'
import { type PublishedFile, readWeights } from '../weights.ts'
import { imageShape } from './image-shape.ts'
import { Net } from './net.ts'

/** The classifier at the end of an application. */
export interface Classifier {
  readonly classes: number
  readonly activation: NonNullable<ApplicationConfig['classifierActivation']> | undefined
}

/** The definition of an application. */
export interface Blueprint {
  /** Its name in messages, such as `ResNet50`. */
  readonly title: string
  /** The name that the model has by default. */
  readonly name: string
  /** The height and width of images with a classifier, unless `inputShape` says otherwise (default 224). */
  readonly defaultSize?: number
  /** The smallest height and width of images (default 32). */
  readonly minSize?: number
  /** When height and width have to be known (default: with the classifier). */
  readonly needsSize?: 'always' | 'never'
  /** Whether the channels must come last, as in Keras (default false). */
  readonly channelsLastOnly?: boolean
  /** The fields of further options. */
  readonly fields?: FieldTable
  /** The features of images. */
  features(net: Net, x: SymbolicTensor): SymbolicTensor
  /** The classes of features. */
  classify(net: Net, x: SymbolicTensor, classifier: Classifier): SymbolicTensor
  /** Whether the layer of `pooling` is called `avg_pool` or `max_pool` (default false: its class). */
  readonly namesPooling?: boolean
  /** What follows the features and the pooling of a model without classifier. */
  finish?(net: Net, x: SymbolicTensor): SymbolicTensor
  /** The file with pretrained weights. Throws `ConfigError` for options without one. */
  published(includeTop: boolean): PublishedFile
}

/** Makes the model of a blueprint and reads its weights. Throws `ConfigError` for options that do not fit. */
export async function makeApplication(config: ApplicationConfig, blueprint: Blueprint): Promise<Model> {
  const { title, fields = {}, channelsLastOnly } = blueprint
  checkFields(title, config, { ...applicationFields, ...fields })
  const { includeTop = true, weights = 'imagenet', inputTensor, dataFormat = 'channelsLast', seed, pooling } = config
  const classifier = classifierOf(title, config)
  if (channelsLastOnly && dataFormat !== 'channelsLast')
    throw new ConfigError(`${title}: 'dataFormat' is ${describeValue(dataFormat)}; expected channelsLast.`)
  const shape = shapeOf(config, blueprint)
  const published = weights === 'imagenet' ? blueprint.published(includeTop) : undefined
  const net = new Net(dataFormat)
  const x = inputTensor ?? input({ shape, name: 'input_layer' })
  let y = blueprint.features(net, x)
  if (includeTop) y = blueprint.classify(net, y, classifier)
  else {
    if (pooling) y = net.globalPool(pooling, y, blueprint.namesPooling ? { name: `${pooling}_pool` } : {})
    y = blueprint.finish?.(net, y) ?? y
  }
  const inputs = inputTensor ? getSourceInputs(inputTensor) : [x]
  const ModelClass = config.modelClass ?? Model
  const model = new ModelClass({
    inputs: inputs.length === 1 ? inputs[0]! : inputs,
    outputs: y,
    name: config.name ?? blueprint.name,
    ...(seed !== undefined && seed !== null && { seed }),
  })
  if (weights !== null) await readWeights(title, model, weights, published, config)
  return model
}

/** The shape of the images of an application. Throws `ConfigError` for a shape that it cannot take. */
export function shapeOf(
  config: ApplicationConfig,
  {
    title,
    defaultSize = 224,
    minSize = 32,
    needsSize,
  }: Pick<Blueprint, 'title' | 'defaultSize' | 'minSize' | 'needsSize'>,
): SymbolicShape {
  const { includeTop = true, weights = 'imagenet', inputShape, inputTensor, dataFormat = 'channelsLast' } = config
  return imageShape({
    title,
    inputShape: inputShape ?? undefined,
    inputTensor: inputTensor ?? undefined,
    dataFormat,
    defaultSize,
    minSize,
    needsSize: needsSize === 'always' || (includeTop && needsSize !== 'never'),
    hasFixedSize: includeTop && needsSize !== 'never' && weights === 'imagenet',
    isPretrained: weights === 'imagenet',
  })
}

function classifierOf(title: string, config: ApplicationConfig): Classifier {
  const { includeTop = true, weights = 'imagenet', classes = 1000, classifierActivation = 'softmax' } = config
  if (includeTop && weights === 'imagenet' && classes !== 1000) {
    throw new ConfigError(
      `${title}: 'classes' is ${classes}; the classifier with pretrained weights has 1000. Set includeTop: false, or weights: null.`,
    )
  }
  const isUsual = classifierActivation === null || isNamed(classifierActivation, ['softmax', 'linear'])
  if (includeTop && weights !== null && !isUsual) {
    throw new ConfigError(
      `${title}: 'classifierActivation' is ${describeValue(classifierActivation)}; expected softmax or null with pretrained weights.`,
    )
  }
  return { classes, activation: classifierActivation ?? undefined }
}

function isNamed(activation: unknown, names: readonly string[]): boolean {
  const name = typeof activation === 'function' ? (activation as { readonly type?: unknown }).type : activation
  return typeof name === 'string' && names.includes(name.toLowerCase())
}

/** Average pooling and a dense layer, as most applications have them. */
export function denseClassifier(
  net: Net,
  x: SymbolicTensor,
  { classes, activation }: Classifier,
  poolName?: string,
): SymbolicTensor {
  const pooled = net.globalPool('avg', x, poolName === undefined ? {} : { name: poolName })
  return predictions(pooled, { classes, activation })
}

/** The dense layer that ends a classifier. */
export function predictions(
  x: SymbolicTensor,
  { classes, activation }: Classifier,
  name = 'predictions',
): SymbolicTensor {
  return new Dense({ units: classes, name, ...(activation !== undefined && { activation }) }).call(x)
}
