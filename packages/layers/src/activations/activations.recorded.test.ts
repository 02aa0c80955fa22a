import { vjp } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { type Activation, Registry } from '@gradus/core'
import { type Tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { expectClose } from '../../../../tests/recorded/expect-close.ts'
import { optionsOfKeras } from '../../../../tests/recorded/keras-config.ts'
import { type Recorded, toTensor } from '../../../../tests/recorded/src/recorded.ts'
import recorded from '../recorded/activations.json' with { type: 'json' }
import * as activations from './index.ts'

await useBackend(cpu())

/** A recorded call of an activation of Keras 3.16. `grad_input` is the gradient of the sum of the outputs times `cotangent`. */
interface Case {
  readonly name: string
  readonly serialized: string
  readonly args?: Readonly<Record<string, unknown>>
  readonly input: Recorded
  readonly output: Recorded
  readonly cotangent?: Recorded
  readonly grad_input?: Recorded
  readonly suggested_rtol: number
}

const registry = new Registry(Object.values(activations))

describe('activations agree with Keras', () => {
  it.each((recorded as Case[]).map((entry) => [entry.name, entry] as const))('%s', (_, entry) => {
    const spec = { activation: entry.serialized, ...optionsOfKeras(entry.args ?? {}) }
    const activation = registry.parse('activation', spec) as Activation
    const { value, pullback } = vjp((x: Tensor) => activation(x), [toTensor(entry.input)])
    expect(value.shape).toEqual(entry.output.shape)
    expectClose(value.dataSync(), entry.output.data, entry.suggested_rtol, 'value')
    if (!entry.grad_input) return
    const [gradient] = pullback(toTensor(entry.cotangent!))
    expectClose(gradient.dataSync(), entry.grad_input.data, entry.suggested_rtol, 'gradient')
  })
})
