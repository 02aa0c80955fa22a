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
import core from './recorded/layers.json' with { type: 'json' }
import recurrent from './recorded/recurrent.json' with { type: 'json' }
import wrappers from './recorded/wrappers.json' with { type: 'json' }

await useBackend(cpu())

const registry = new Registry<(typeof layers)['Dense']>(
  [layers, activations, initializers, regularizers, constraints].flatMap((table) => Object.values(table as never)),
)

/** Attention to embedded indices, of which 0 are masked: here masks come with the inputs. */
class EmbeddedAttention extends Layer<{ readonly embedding: Embedding; readonly attention: MultiHeadAttention }> {
  static override readonly callFields = { useCausalMask: 'boolean' } as const
  apply(indices: Tensor, scope: Scope<this>): Tensor {
    const { embedding, attention: inner } = this.config
    const x = scope.call(embedding, indices)
    return scope.call(inner, [x, x], scope.options)
  }
}

/** A case, some with an embedding before the layer. */
type Recording = LayerCase & { readonly embedding?: KerasObject }

function layerOf({ layer, embedding }: Recording): Layer {
  const build = (keras: KerasObject) => registry.parse('layer', specOfKeras('layer', keras)) as Layer
  if (!embedding) return build(layer)
  return new EmbeddedAttention({
    embedding: build(embedding) as Embedding,
    attention: build(layer) as MultiHeadAttention,
  })
}

// What Keras 3.16 gave, with its configs; names there are in snake_case, weights in Keras's order.
const groups = { core, recurrent, wrappers, attention } as unknown as Record<string, readonly Recording[]>

describe.each(Object.entries(groups))('layers give what Keras gives: %s', (_, cases) => {
  it.each(cases.map((entry) => [entry.name, entry] as const))('%s', (__, entry) => {
    checkLayerCase(entry, layerOf(entry))
  })
})
