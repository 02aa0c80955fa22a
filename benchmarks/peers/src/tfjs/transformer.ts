import * as tf from '@tensorflow/tfjs-core'
import { initializers, input, type LayersModel, type LayerVariable, layers, model } from '@tensorflow/tfjs-layers'
import type { TransformerSpec } from '../../../src/shared/spec.ts'

type Shape = readonly (number | null)[]

const only = (inputs: tf.Tensor | tf.Tensor[]) => (Array.isArray(inputs) ? inputs[0]! : inputs)

/** Adds a learned vector to each position of x. */
class Positions extends layers.Layer {
  static readonly className = 'Positions'
  private positions: LayerVariable | undefined

  override build(shape: Shape): void {
    this.positions = this.addWeight('positions', shape.slice(1), 'float32', initializers.zeros())
    this.built = true
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.add(only(inputs), this.positions!.read())
  }
}

/** An embedding by a product with one-hot tokens, for a backend without the gradient of gather. */
class OneHotEmbedding extends layers.Layer {
  static readonly className = 'OneHotEmbedding'
  private embeddings: LayerVariable | undefined

  constructor(
    private readonly vocabulary: number,
    private readonly width: number,
  ) {
    super({})
  }

  override build(_shape: Shape): void {
    this.embeddings = this.addWeight('embeddings', [this.vocabulary, this.width], 'float32', initializers.zeros())
    this.built = true
  }

  override computeOutputShape(shape: Shape): Shape {
    return [...shape, this.width]
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const tokens = only(inputs)
    const flat = tf.cast(tf.reshape(tokens, [-1]), 'int32')
    const one = tf.cast(tf.oneHot(flat, this.vocabulary), 'float32')
    return tf.reshape(tf.matMul(one, this.embeddings!.read()), [...tokens.shape, this.width])
  }
}

/** Attention of each position to itself and earlier ones: queries, keys and values `[batch, context, 3 width]`. */
class CausalAttention extends layers.Layer {
  static readonly className = 'CausalAttention'
  private readonly later: tf.Tensor

  constructor(
    private readonly heads: number,
    context: number,
  ) {
    super({})
    const mask = Float32Array.from({ length: context ** 2 }, (_, i) =>
      i % context > Math.floor(i / context) ? -1e9 : 0,
    )
    this.later = tf.tensor(mask, [context, context], 'float32')
  }

  override computeOutputShape(shape: Shape): Shape {
    return [...shape.slice(0, -1), shape.at(-1)! / 3]
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = only(inputs)
    const [batch, context, width] = [x.shape[0]!, x.shape[1]!, x.shape[2]! / 3]
    const size = width / this.heads
    const part = (index: number) => {
      const own = tf.slice(x, [0, 0, index * width], [batch, context, width])
      return tf.transpose(tf.reshape(own, [batch, context, this.heads, size]), [0, 2, 1, 3])
    }
    const scores = tf.mul(tf.matMul(part(0), part(1), false, true), 1 / Math.sqrt(size))
    const mixed = tf.matMul(tf.softmax(tf.add(scores, this.later)), part(2))
    return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch, context, width])
  }
}

export function transformerNetwork(spec: TransformerSpec, oneHot: boolean): LayersModel {
  const { layers: depth, width, heads, context, vocabulary, ratio } = spec
  const norm = () => layers.layerNormalization({ epsilon: 1e-5 })
  const dense = (units: number, activation = 'linear') => layers.dense({ units, activation })
  const tokens = input({ shape: [context], dtype: 'int32' })
  const embedding = oneHot
    ? new OneHotEmbedding(vocabulary, width)
    : layers.embedding({ inputDim: vocabulary, outputDim: width })
  let x = new Positions({}).apply(embedding.apply(tokens))
  for (let layer = 0; layer < depth; layer++) {
    const mixed = new CausalAttention(heads, context).apply(dense(3 * width).apply(norm().apply(x)))
    x = layers.add().apply([x, dense(width).apply(mixed)])
    const wide = dense(ratio * width, 'gelu_new').apply(norm().apply(x))
    x = layers.add().apply([x, dense(width).apply(wide)])
  }
  return model({ inputs: tokens, outputs: dense(vocabulary).apply(norm().apply(x)) })
}
