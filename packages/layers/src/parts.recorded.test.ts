import { vjp } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { type Constraint, type Initializer, Registry, type Regularizer } from '@gradus/core'
import { randomKey, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { expectClose } from '../../../tests/recorded/expect-close.ts'
import { type KerasObject, specOfKeras } from '../../../tests/recorded/keras-config.ts'
import { type Recorded, toTensor } from '../../../tests/recorded/src/recorded.ts'
import * as constraints from './constraints/index.ts'
import * as initializers from './initializers/index.ts'
import recorded from './recorded/parts.json' with { type: 'json' }
import * as regularizers from './regularizers/index.ts'

await useBackend(cpu())

/** A recorded result of an initializer, a regularizer or a constraint of Keras 3.16. */
interface Case {
  readonly name: string
  readonly kind: 'initializer' | 'regularizer' | 'constraint'
  readonly input: Recorded
  readonly output: Recorded
  readonly value: Recorded
  readonly values: Recorded
  readonly grad_input: Recorded
}

const registry = new Registry<typeof initializers.Zeros>(
  [initializers, regularizers, constraints].flatMap((table) => Object.values(table as never)),
)

/** The instances of a kind with their recorded results. */
function cases<T>(kind: Case['kind']): [name: string, instance: T, recorded: Case][] {
  const entries = (recorded as unknown as Case[]).filter((entry) => entry.kind === kind)
  return entries.map((entry) => {
    const keras = (entry as unknown as Record<string, KerasObject>)[kind]!
    return [entry.name, registry.parse(kind as 'initializer', specOfKeras(kind, keras)) as T, entry]
  })
}

function expectNear(actual: Tensor, { shape, data }: Recorded): void {
  // a scalar is recorded as a list of one number
  expect(actual.size).toBe(shape.reduce((size, d) => size * d, 1))
  expectClose(actual.dataSync(), data, 1e-5, 'value')
}

describe('initializers agree with Keras', () => {
  it.each(cases<Initializer>('initializer'))('%s', (_, initializer, { values }) => {
    expectNear(initializer.make(randomKey(1), values.shape, 'float32'), values)
  })
})

describe('constraints agree with Keras', () => {
  it.each(cases<Constraint>('constraint'))('%s', (_, constraint, { input, output }) => {
    expectNear(constraint.project(toTensor(input)), output)
  })
})

describe('regularizers agree with Keras', () => {
  it.each(cases<Regularizer>('regularizer'))('%s', (_, regularizer, { input, value, grad_input }) => {
    const { value: penalty, pullback } = vjp((x: Tensor) => regularizer.loss(x), [toTensor(input)])
    expectNear(penalty, value)
    expectNear(pullback(tensor(1))[0], grad_input)
  })
})
