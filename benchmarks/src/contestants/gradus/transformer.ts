import {
  activations,
  Dense,
  Embedding,
  type InputShape,
  input,
  Layer,
  LayerNormalization,
  Model,
  type Rng,
  type Scope,
  type Shape,
  type SymbolicTensor,
  type Tensor,
} from 'gradus'
import { add, matmul, mul, ones, reshape, sliceAxis, softmax, sub, transpose, tril, zeros } from 'gradus/ops'
import type { TransformerSpec } from '../../shared/spec.ts'

/** Adds a learned vector to each position of x, `[batch, context, width]`. */
class Positions extends Layer<object, { positions: Tensor }> {
  static readonly type = 'bench/Positions'

  override init(_rng: Rng, shape: InputShape) {
    return { positions: zeros((shape as Shape).slice(1)) } // the initial weights are set afterwards
  }

  apply(x: Tensor, { params }: Scope<this>): Tensor {
    return add(x, params.positions)
  }
}

class Sum extends Layer {
  static readonly type = 'bench/Sum'

  apply([a, b]: readonly [Tensor, Tensor]): Tensor {
    return add(a, b)
  }
}

/** Attention of each position to itself and earlier ones: queries, keys and values `[batch, context, 3 width]`. */
class CausalAttention extends Layer<{ heads: number }> {
  static readonly type = 'bench/CausalAttention'

  apply(x: Tensor): Tensor {
    const { heads } = this.config
    const [batch, context, width] = [x.shape[0]!, x.shape[1]!, x.shape[2]! / 3]
    const size = width / heads
    const split = transpose(reshape(x, [batch, context, 3, heads, size]), [2, 0, 3, 1, 4])
    const part = (index: number) => reshape(sliceAxis(split, 0, index, 1), [batch, heads, context, size])
    const scores = mul(matmul(part(0), transpose(part(1), [0, 1, 3, 2])), 1 / Math.sqrt(size))
    const later = mul(sub(tril(ones([context, context])), 1), 1e9)
    const mixed = matmul(softmax(add(scores, later)), part(2))
    return reshape(transpose(mixed, [0, 2, 1, 3]), [batch, context, width])
  }
}

const norm = () => new LayerNormalization({ epsilon: 1e-5 })
const sum = (a: SymbolicTensor, b: SymbolicTensor) => new Sum({}).call([a, b])

/** Token and position embeddings, pre-normalization blocks, and logits for every position. */
export function transformerNetwork({ layers, width, heads, context, vocabulary, ratio }: TransformerSpec): Model {
  const tokens = input({ shape: [context], dtype: 'int32' })
  let x = new Positions({}).call(new Embedding({ inputDim: vocabulary, outputDim: width }).call(tokens))
  for (let layer = 0; layer < layers; layer++) {
    const projected = new Dense({ units: 3 * width }).call(norm().call(x))
    x = sum(x, new Dense({ units: width }).call(new CausalAttention({ heads }).call(projected)))
    const wide = new Dense({ units: ratio * width, activation: activations.gelu.with({ approximate: true }) })
    x = sum(x, new Dense({ units: width }).call(wide.call(norm().call(x))))
  }
  return new Model({ inputs: tokens, outputs: new Dense({ units: vocabulary }).call(norm().call(x)) })
}
