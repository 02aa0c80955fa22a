import type {
  ArticleShape,
  ArticleSpec,
  ChainLink,
  CnnShape,
  CnnSpec,
  ElementwiseSpec,
  LstmShape,
  LstmSpec,
  MatmulSpec,
  MemorySpec,
  MlpShape,
  MlpSpec,
  ReductionSpec,
  TinySpec,
  TransformerShape,
  TransformerSpec,
} from '../shared/spec.ts'
import { Arrays } from './weights.ts'

export function articleSpec(shape: ArticleShape): ArticleSpec {
  const arrays = new Arrays()
  const weights = arrays.denseStack([shape.inputs, ...shape.hidden, shape.classes])
  return { kind: 'article', ...shape, weights, ...arrays.classified(shape.samples, shape.inputs, shape.classes) }
}

export function mlpSpec(shape: MlpShape): MlpSpec {
  const arrays = new Arrays()
  const weights = arrays.denseStack([shape.inputs, ...shape.hidden, shape.classes])
  return {
    kind: 'mlp',
    ...shape,
    weights,
    ...arrays.classified(shape.batch * shape.batches, shape.inputs, shape.classes),
  }
}

export function cnnSpec(shape: CnnShape): CnnSpec {
  const arrays = new Arrays()
  const { kernel, pool, batch, batches, classes } = shape
  let { height, width, channels } = shape
  const weights = shape.filters.flatMap((filters) => {
    const own = [arrays.kernel([kernel, kernel, channels, filters]), arrays.constant([filters], 0)]
    height = Math.floor((height - kernel + 1) / pool)
    width = Math.floor((width - kernel + 1) / pool)
    channels = filters
    return own
  })
  if (height < 1 || width < 1) throw new Error('shapes: cnn: the images are too small for the filters.')
  weights.push(...arrays.dense(height * width * channels, classes))
  const { x, y } = arrays.classified(batch * batches, shape.height * shape.width * shape.channels, classes)
  const images = { ...x, shape: [batch * batches, shape.height, shape.width, shape.channels] }
  return { kind: 'cnn', ...shape, weights, x: images, y }
}

export function lstmSpec(shape: LstmShape): LstmSpec {
  const arrays = new Arrays()
  const { steps, features, units, outputs, batch, batches } = shape
  const weights = [
    arrays.kernel([features, 4 * units]),
    arrays.kernel([units, 4 * units]),
    arrays.constant([4 * units], 0),
    ...arrays.dense(units, outputs),
  ]
  const x = arrays.uniform([batch * batches, steps, features], -1, 1)
  return { kind: 'lstm', ...shape, weights, x, y: arrays.uniform([batch * batches, outputs], 0, 1) }
}

export function transformerSpec(shape: TransformerShape): TransformerSpec {
  const arrays = new Arrays()
  const { layers, width, context, vocabulary, ratio, batch, batches } = shape
  const weights = [
    arrays.uniform([vocabulary, width], -0.05, 0.05),
    arrays.uniform([context, width], -0.05, 0.05),
    ...Array.from({ length: layers }, () => [
      ...arrays.normalization(width),
      ...arrays.dense(width, 3 * width),
      ...arrays.dense(width, width),
      ...arrays.normalization(width),
      ...arrays.dense(width, ratio * width),
      ...arrays.dense(ratio * width, width),
    ]).flat(),
    ...arrays.normalization(width),
    ...arrays.dense(width, vocabulary),
  ]
  const tokens = [batch * batches, context]
  return {
    kind: 'transformer',
    ...shape,
    weights,
    x: arrays.integers(tokens, vocabulary),
    y: arrays.integers(tokens, vocabulary),
  }
}

/** A model of two numbers and batches of one sample, for the overhead of a step. */
export function tinySpec({ batches, learningRate }: { batches: number; learningRate: number }): TinySpec {
  const arrays = new Arrays()
  return {
    kind: 'tiny',
    batch: 1,
    batches,
    learningRate,
    weights: arrays.dense(1, 1),
    x: arrays.uniform([batches, 1], 0, 1),
    y: arrays.uniform([batches, 1], 0, 1),
  }
}

export function matmulSpec(size: number): MatmulSpec {
  const arrays = new Arrays()
  const matrix = () => arrays.uniform([size, size], -1, 1)
  return { kind: 'matmul', size, a: matrix(), b: matrix() }
}

const links: readonly ChainLink[] = [
  ['mul', 1.5],
  ['add', 0.25],
  ['max', 0.125],
  ['mul', -0.5],
  ['add', 1],
  ['abs'],
  ['min', 0.75],
  ['add', -0.5],
]

export function elementwiseSpec({ elements, operations }: { elements: number; operations: number }): ElementwiseSpec {
  const chain = Array.from({ length: operations }, (_, index) => links[index % links.length]!)
  return { kind: 'elementwise', elements, chain, x: new Arrays().uniform([elements], -1, 1) }
}

export function reductionSpec({ elements }: { elements: number }): ReductionSpec {
  return { kind: 'reduction', elements, x: new Arrays().uniform([elements], -1, 1) }
}

export function memorySpec(op: MemorySpec['op'], { rows, columns }: { rows: number; columns: number }): MemorySpec {
  const arrays = new Arrays()
  const matrix = () => arrays.uniform([rows, columns], -1, 1)
  return { kind: 'memory', op, bytes: (op === 'add' ? 12 : 4) * rows * columns, x: matrix(), y: matrix() }
}
