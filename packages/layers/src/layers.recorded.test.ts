import { cpu } from '@gradus/backend-cpu'
import { Layer, Registry, type Scope } from '@gradus/core'
import { type Tensor, useBackend } from '@gradus/tensor'
import { describe, it } from 'vitest'
import { type KerasObject, specOfKeras } from '../../../tests/recorded/keras-config.ts'
import { checkLayerCase, type LayerCase } from '../../../tests/recorded/layer-case.ts'
import {
  activations,
  constraints,
  type Embedding,
  initializers,
  layers,
  type MultiHeadAttention,
  regularizers,
} from './index.ts'
import attention from './recorded/attention.json' with { type: 'json' }
import convolution from './recorded/convolution.json' with { type: 'json' }
import core from './recorded/layers.json' with { type: 'json' }
import basic from './recorded/layers-basic.json' with { type: 'json' }
import pooling from './recorded/pooling.json' with { type: 'json' }
import recurrent from './recorded/recurrent.json' with { type: 'json' }
import reshaping from './recorded/reshaping.json' with { type: 'json' }
import wrappers from './recorded/wrappers.json' with { type: 'json' }

await useBackend(cpu())

const registry = new Registry<(typeof layers)['Dense']>(
  [layers, activations, initializers, regularizers, constraints].flatMap((table) => Object.values(table as never)),
)

/** Attention to embedded indices with index 0 masked, so that the inputs of the attention have masks. */
class EmbeddedAttention extends Layer<{ readonly embedding: Embedding; readonly attention: MultiHeadAttention }> {
  static override readonly callFields = { useCausalMask: 'boolean' } as const
  apply(indices: Tensor, scope: Scope<this>): Tensor {
    const { embedding, attention: inner } = this.config
    const x = scope.call(embedding, indices)
    return scope.call(inner, [x, x], scope.options)
  }
}

/** A recorded case; some have an embedding before the layer. */
type Recording = LayerCase & { readonly embedding?: KerasObject }

function layerOf({ layer, embedding }: Recording): Layer {
  const build = (keras: KerasObject) => registry.parse('layer', specOfKeras('layer', keras)) as Layer
  if (!embedding) return build(layer)
  return new EmbeddedAttention({
    embedding: build(embedding) as Embedding,
    attention: build(layer) as MultiHeadAttention,
  })
}

// Results of Keras 3.15 and 3.16 with its configs: names in snake_case, weights in Keras's order.
const groups = { core, basic, convolution, pooling, reshaping, recurrent, wrappers, attention } as unknown as Record<
  string,
  readonly Recording[]
>

describe.each(Object.entries(groups))('layers agree with Keras: %s', (_, cases) => {
  it.each(cases.map((entry) => [entry.name, entry] as const))('%s', (__, entry) => {
    checkLayerCase(entry, layerOf(entry))
  })
})
