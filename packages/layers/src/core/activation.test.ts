import { cpu } from '@gradus/backend-cpu'
import { useBackend } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { expect, it } from 'vitest'
import { Activation } from './activation.ts'

await useBackend(cpu())

testLayer(Activation, {
  config: { activation: 'softmax' },
  inputShape: [2, 3],
  expectedOutputShape: [2, 3],
  expectedParams: 0,
  supportsMasking: true,
})

it('needs an activation', () => {
  expect(() => new Activation({} as never)).toThrow(
    "Activation needs the option 'activation', an activation, which is missing.",
  )
  expect(new Activation({ activation: 'relu' }).type).toBe('Activation')
})
