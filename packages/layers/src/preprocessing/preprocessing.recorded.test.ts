import { cpu } from '@gradus/backend-cpu'
import { type HostValues, Registry, readVariables } from '@gradus/core'
import { type DType, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import recorded from '../recorded/preprocessing.json' with { type: 'json' }
import { Normalization } from './normalization.ts'
import { hashBucket } from './string-hash.ts'
import { StringLookup } from './string-lookup.ts'

await useBackend(cpu())

// Results of Keras 3.16 (names with `layers_`) and of Keras 3.15 with TensorFlow 2.21; configs are in snake_case.
interface Recorded {
  readonly shape: readonly number[]
  readonly dtype: string
  readonly data: readonly (number | string)[]
}
interface Case {
  readonly name: string
  readonly class: string
  readonly layer: { readonly class_name: string; readonly config: Readonly<Record<string, unknown>> }
  readonly adapt_data?: unknown
  readonly inputs?: readonly Recorded[]
  readonly outputs?: readonly Recorded[]
  readonly weights?: readonly (Recorded & { readonly name: string })[]
  readonly input?: readonly string[] & readonly number[]
  readonly output?: Recorded
  readonly vocabulary?: readonly string[]
}

const casesOf = (name: string) => (recorded as unknown as Case[]).filter((entry) => entry.class === name)
const registry = new Registry([Normalization, StringLookup])

function optionsOf(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const camelCase = (key: string) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [camelCase(key), value]))
}

function tensorOf({ shape, dtype, data }: Recorded): Tensor {
  return tensor(data as readonly number[], { shape, dtype: dtype as DType })
}

/** Fails unless each value is within 1e-5 of the recorded one, relative to it or to a tenth of the largest. */
function expectClose(actual: ArrayLike<number>, { data }: Recorded): void {
  expect(actual.length).toBe(data.length)
  const largest = Math.max(...data.map((value) => Math.abs(Number(value))))
  data.forEach((value, index) => {
    const allowed = 1e-5 * Math.max(Math.abs(Number(value)), 0.1 * largest, 1e-3)
    expect(Math.abs(actual[index]! - Number(value)), `element ${index}`).toBeLessThanOrEqual(allowed)
  })
}

describe('Normalization agrees with Keras', () => {
  for (const { name, layer, adapt_data, inputs, outputs, weights } of casesOf('Normalization')) {
    it(name, async () => {
      const made = registry.parse('layer', { layer: 'Normalization', ...optionsOf(layer.config) }) as Normalization
      if (adapt_data) await made.adapt(tensorOf(adapt_data as Recorded))
      const output = made.call(tensorOf(inputs![0]!))
      expect(output.shape).toEqual(outputs![0]!.shape)
      expectClose(output.dataSync(), outputs![0]!)
      const state = (readVariables(made).state[''] ?? {}) as Record<string, Tensor>
      expect(Object.keys(state)).toEqual(weights!.map((weight) => weight.name))
      for (const weight of weights!) {
        const own = state[weight.name]!
        // in TensorFlow it is int64, a dtype that does not exist here
        const dtype = weight.dtype === 'int64' ? 'int32' : weight.dtype
        expect({ shape: own.shape, dtype: own.dtype }).toEqual({ shape: weight.shape, dtype })
        expectClose(own.dataSync(), weight)
      }
    })
  }
})

describe('StringLookup agrees with Keras', () => {
  for (const { name, layer, adapt_data, input, output, vocabulary } of casesOf('StringLookup')) {
    it(name, async () => {
      const { vocabulary_size, ...config } = layer.config
      const options = optionsOf(adapt_data ? config : layer.config)
      const made = registry.parse('layer', { layer: 'StringLookup', ...options }) as StringLookup
      if (adapt_data) await made.adapt(adapt_data as string[])
      expect(made.getVocabulary()).toEqual(vocabulary)
      expect(made.vocabularySize).toBe(vocabulary_size)
      expectSame(made.process(input!), output!)
      const again = registry.parse('layer', JSON.parse(JSON.stringify(made.toSpec()))) as StringLookup
      expectSame(again.process(input!), output!)
    })
  }
})

function expectSame(actual: HostValues, expected: Recorded): void {
  expect(actual.shape).toEqual(expected.shape)
  if (expected.dtype === 'string') expect(actual.data).toEqual(expected.data)
  else expectClose(actual.data as ArrayLike<number>, expected)
}

describe('hashes agree with Keras', () => {
  for (const { name, layer, input, output } of casesOf('Hashing')) {
    it(name, () => {
      const { num_bins: bins, mask_value: mask } = layer.config as { num_bins: number; mask_value: number | null }
      // bin 0 is for the masked value, if there is one
      const binOf = (value: unknown) => {
        if (mask === null) return hashBucket(String(value), bins)
        return value === mask ? 0 : 1 + hashBucket(String(value), bins - 1)
      }
      expect((input as readonly unknown[]).flat().map(binOf)).toEqual(output!.data)
    })
  }
})
