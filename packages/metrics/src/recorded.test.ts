import { cpu } from '@gradus/backend-cpu'
import { type Metric, Registry } from '@gradus/core'
import { type Tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { expectClose } from '../../../tests/recorded/expect-close.ts'
import { type Recorded, toTensor } from '../../../tests/recorded/src/recorded.ts'
import { metrics } from './index.ts'
import recorded from './recorded/metrics.json' with { type: 'json' }

interface Case {
  readonly name: string
  readonly metricName: string
  readonly spec: { readonly metric: string }
  readonly batches: readonly { readonly yTrue: Recorded | null; readonly yPred: Recorded }[]
  readonly modes: readonly {
    readonly weights: string
    readonly steps: readonly { readonly sampleWeight?: Recorded; readonly result: Recorded }[]
    readonly state: Readonly<Record<string, number | readonly number[]>>
  }[]
  readonly rtol: number
}

await useBackend(cpu())
const registry = new Registry(Object.values(metrics))

describe.each((recorded as unknown as Case[]).map((testCase) => [testCase.name, testCase] as const))(
  '%s equals Keras',
  (_, testCase) => {
    const metric = registry.parse('metric', testCase.spec) as Metric<object, Record<string, Tensor>>

    it('in its name', () => expect(metric.name).toBe(testCase.metricName))

    it.each(testCase.modes.map((mode) => [mode.weights, mode] as const))(
      'with weights: %s',
      (_, { steps, state: expected }) => {
        const shape = testCase.batches[0]!.yPred.shape
        let state = metric.init(shape)
        steps.forEach(({ sampleWeight, result }, index) => {
          const { yTrue, yPred } = testCase.batches[index]!
          const prediction = toTensor(yPred)
          state = metric.update(
            state,
            yTrue ? toTensor(yTrue) : prediction,
            prediction,
            sampleWeight && toTensor(sampleWeight),
          )
          expectClose(metric.result(state).dataSync(), result.data, testCase.rtol, `result after batch ${index}`)
        })
        expect(Object.keys(state)).toEqual(Object.keys(expected))
        for (const [key, value] of Object.entries(expected))
          expectClose(state[key]!.dataSync(), [value].flat(), testCase.rtol, key)
        const before = [...metric.result(metric.init(shape)).dataSync()]
        expect(new Set(before)).toEqual(new Set([metric.type === 'R2Score' ? Number.NaN : 0]))
      },
    )
  },
)
