// Options that a program gives are bounded like those of files.
import { cpu } from '@gradus/backend-cpu'
import { ConfigError } from '@gradus/core'
import { useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { callbacks, initializers, layers, optimizers, Sequential, standard } from './index.ts'

beforeAll(() => useBackend(cpu()))

function cyclic(key: string): Record<string, unknown> {
  const value: Record<string, unknown> = {}
  value[key] = value
  return value
}

function deep(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

/** Objects of which each holds the next one twice: as a tree it has 2 ** 60 leaves. */
function doubled(): unknown {
  let value: unknown = 1
  for (let level = 0; level < 60; level++) value = { a: value, b: value }
  return value
}

const nested = 'the data is nested more than 256 deep, or contains itself.'
const wide = 'the data has more than 1000000 lists and objects.'
const model = () => new Sequential([new layers.Dense({ units: 1, inputShape: [1] })])
const compile = (options: object) => model().compile(options as never)

describe('options that contain themselves, are nested deeply or grow without a bound', () => {
  it.each<readonly [name: string, give: () => unknown, message: string]>([
    ['optimizer', () => compile({ optimizer: cyclic('optimizer'), loss: 'mse' }), `compile: optimizer: ${nested}`],
    [
      'schedule',
      () => compile({ optimizer: { optimizer: 'adam', learningRate: cyclic('a') }, loss: 'mse' }),
      `compile: optimizer: ${nested}`,
    ],
    ['loss', () => compile({ optimizer: 'adam', loss: { a: cyclic('loss') } }), `compile: loss: ${nested}`],
    ['metrics', () => compile({ optimizer: 'adam', loss: 'mse', metrics: [deep(300)] }), `compile: metrics: ${nested}`],
    ['wide loss', () => compile({ optimizer: 'adam', loss: doubled() }), `compile: loss: ${wide}`],
    ['layer', () => new layers.Dense({ units: cyclic('units') } as never), `Dense: ${nested}`],
    ['instead of options', () => new layers.Dense([deep(300)] as never), `Dense: ${nested}`],
    ['initializer', () => new initializers.Constant({ value: doubled() } as never), `Constant: ${wide}`],
    [
      'optimizer of a class',
      () => new optimizers.Adam({ learningRate: cyclic('schedule') } as never),
      `Adam: ${nested}`,
    ],
    ['callback', () => new callbacks.EarlyStopping({ monitor: deep(5000) } as never), `EarlyStopping: ${nested}`],
    ['spec', () => standard.parse('layer', { layer: 'Dense', units: doubled() }, 'mine'), `mine: ${wide}`],
    ['model', () => new Sequential([], { name: cyclic('a') } as never), `Sequential: ${nested}`],
  ])('%s', (_, give, message) => {
    expect(give).toThrow(new ConfigError(message))
  })

  it('are shown by their beginning', () => {
    const huge = new Array(2 ** 20).fill('x'.repeat(2 ** 10))
    expect(() => new layers.Dense({ units: huge as never })).toThrow(
      /^Dense: 'units' must be a positive whole number and is \["x{40,60}\.\.\.\./,
    )
    expect(() => new Sequential([doubled() as never])).toThrow(/was given {"a":{"a":{.{10,60}\.\.\.\./)
  })
})

it('a signal that is none is refused', async () => {
  const compiled = model()
  compiled.compile({ optimizer: 'sgd', loss: 'mse' })
  const message = "'signal' must be the signal of an AbortController, as in { signal: controller.signal }, and is "
  await expect(compiled.fit([[1]], [[1]], { signal: new AbortController() as never })).rejects.toThrow(
    new ConfigError(`fit: ${message}an AbortController.`),
  )
  expect(() => compiled.steps([[1]], [[1]], { signal: true as never })).toThrow(
    new ConfigError(`steps: ${message}true.`),
  )
})
