import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { type Loss, Registry } from '@gradus/core'
import { tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { expectClose } from '../../../tests/recorded/expect-close.ts'
import { type Recorded, toTensor } from '../../../tests/recorded/src/recorded.ts'
import { losses } from './index.ts'
import recorded from './recorded/losses.json' with { type: 'json' }

interface Variant {
  readonly reduction: string
  readonly sampleWeight?: Recorded
  readonly value?: Recorded
  readonly gradient?: Recorded
  /** Keras refuses weights of this kind. */
  readonly error?: boolean
}

interface Case {
  readonly name: string
  readonly spec: { readonly loss: string }
  readonly target: Recorded
  readonly prediction: Recorded
  readonly mask?: Recorded
  readonly variants: readonly Variant[]
  readonly rtol: number
}

await useBackend(cpu())
const registry = new Registry(Object.values(losses))

describe.each((recorded as unknown as Case[]).map((testCase) => [testCase.name, testCase] as const))(
  '%s equals Keras',
  (_, testCase) => {
    const { spec, mask, rtol } = testCase
    const target = toTensor(testCase.target)
    const prediction = toTensor(testCase.prediction)

    it.each(
      testCase.variants.map((variant) => [variant.reduction, variant.sampleWeight ? 'weighted' : '', variant] as const),
    )('%s %s', (_, __, variant) => {
      const loss = registry.parse('loss', { ...spec, reduction: variant.reduction }) as Loss
      // the recorded error: one weight per sample where each sample has several losses
      const weight = variant.error
        ? tensor(new Array(prediction.shape[0]).fill(1))
        : variant.sampleWeight && toTensor(variant.sampleWeight)
      const options = { sampleWeight: weight, mask: mask && toTensor(mask) }
      if (variant.error) {
        expect(() => loss.call(target, prediction, options)).toThrow(/Sample weights of shape \[\d\] do not fit/)
        return
      }
      const value = loss.call(target, prediction, options)
      expect(value.shape).toEqual(variant.value!.shape)
      expectClose(value.dataSync(), variant.value!.data, rtol, 'loss')
      if (!variant.gradient) return
      const gradient = grad((p: typeof prediction) => loss.call(target, p, options))(prediction)
      expectClose(gradient.dataSync(), variant.gradient.data, rtol, 'gradient')
    })
  },
)
