// Compares networks with those of Keras: the names, classes and output shapes of all layers, and outputs for given weights.
import { cpu } from '@gradus/backend-cpu'
import { wasm } from '@gradus/backend-wasm'
import type { Model } from '@gradus/models'
import { onBackend, type SymbolicTensor, useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import * as applications from './index.ts'
import recorded from './recorded/keras.json' with { type: 'json' }
import { ruleImage, ruleWeights } from './testing/rule.ts'

interface Recorded {
  readonly application: string
  readonly options: applications.ApplicationConfig
  readonly name: string
  readonly layers: number
  readonly last: string
  readonly digest: number
  readonly params?: number
  readonly trainable?: number
  readonly output?: readonly number[]
  readonly sum?: number
}

const cases = recorded as unknown as readonly Recorded[]
const functions = applications as unknown as Readonly<
  Record<string, (config: applications.ApplicationConfig) => Promise<Model>>
>
const makeOf = ({ application, options }: Recorded) => functions[application]!({ weights: null, ...options, seed: 1 })

beforeAll(() => void useBackend(cpu()))

describe('the layers are those of Keras', () => {
  it.each(cases.map((one) => [one.application, JSON.stringify(one.options), one] as const))(
    '%s %s',
    async (...[, , one]) => {
      const model = await makeOf(one)
      const lines = linesOf(model)
      expect(model.name).toBe(one.name)
      expect([lines.length, lines.at(-1)]).toEqual([one.layers, one.last])
      expect(digestOf(lines.join('\n'))).toBe(one.digest)
    },
  )
})

describe('the outputs for given weights are those of Keras', () => {
  const withOutput = cases.filter(({ output }) => output)
  it.each(withOutput.map((one) => [one.application, one] as const))('%s', async (...[, one]) => {
    await onBackend(wasm(), async () => {
      const model = await makeOf(one)
      expect(model.countParams()).toBe(one.params)
      const trainable = model.variables.filter((variable) => variable.trainable)
      expect(trainable.reduce((sum, { value }) => sum + value.size, 0)).toBe(one.trainable)
      await model.setWeights(ruleWeights(model.variables))
      const scales = !/^MobileNet(V2)?$/.test(one.application)
      const y = await model.predict(ruleImage([1, 32, 32, 3], scales))
      const values = [...(await y.data())]
      const largest = Math.max(...values.map(Math.abs))
      for (const [index, value] of one.output!.entries())
        expect(Math.abs(values[index]! - value)).toBeLessThan(1e-4 * largest)
      expect(values.reduce((sum, value) => sum + Math.abs(value), 0) / one.sum!).toBeCloseTo(1, 4)
    })
  })
})

/** A line for each layer; Keras counts operations such as `add` not among the layers. */
function linesOf(model: Model): string[] {
  const network = model.network!
  const layers = network.layers.filter((layer) => layer.type !== 'Operation')
  return layers.map((layer) => {
    const [{ shape }] = network.callsOf(layer)[0]!.results as readonly [SymbolicTensor]
    const sizes = shape.slice(1).map((d) => d ?? '?')
    return `${network.nameOf(layer)}:${layer.type}:${sizes.join(',')}`
  })
}

/** The hash of Fowler, Noll and Vo. */
function digestOf(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}
