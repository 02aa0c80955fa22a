import { cpu } from '@gradus/backend-cpu'
import { type Optimizer, Registry, type Schedule, snakeCase } from '@gradus/core'
import { type Tensor, tensor, treeForEach, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { expectClose } from '../../../tests/recorded/expect-close.ts'
import { type Recorded, toTensor } from '../../../tests/recorded/src/recorded.ts'
import { optimizers, schedules } from './index.ts'
import recordedOptimizers from './recorded/optimizers.json' with { type: 'json' }
import recordedSchedules from './recorded/schedules.json' with { type: 'json' }

type Values = readonly (number | string)[]

interface OptimizerCase {
  readonly name: string
  readonly spec: { readonly optimizer: string }
  readonly paths: readonly string[]
  readonly initial: readonly Recorded[]
  readonly gradients: readonly (readonly (Values | null)[])[]
  readonly learningRates: readonly number[]
  readonly values: readonly (readonly Values[])[]
  readonly state: Readonly<Record<string, Recorded>>
  readonly finalized?: readonly Values[]
  readonly rtol: number
}

interface ScheduleCase {
  readonly name: string
  readonly spec: { readonly schedule: string }
  readonly steps: readonly number[]
  readonly values: Values
  readonly rtol: number
}

await useBackend(cpu())
const registry = new Registry([...Object.values(optimizers), ...Object.values(schedules)])

describe.each((recordedSchedules as unknown as ScheduleCase[]).map((testCase) => [testCase.name, testCase] as const))(
  '%s equals Keras',
  (_, testCase) => {
    it('at every step', () => {
      const schedule = registry.parse('schedule', testCase.spec) as Schedule
      const rates = testCase.steps.map((step) => schedule.at(tensor(step, { dtype: 'int32' })).item() as number)
      expectClose(rates, testCase.values, testCase.rtol, 'rate')
    })
  },
)

describe.each((recordedOptimizers as unknown as OptimizerCase[]).map((testCase) => [testCase.name, testCase] as const))(
  '%s equals Keras',
  (_, testCase) => {
    const tree = (values: readonly (Tensor | null)[]) => {
      const nested: Record<string, Record<string, Tensor | null>> = {}
      testCase.paths.forEach((path, index) => {
        const [layer, name] = path.split('/') as [string, string]
        nested[layer] = { ...nested[layer], [name]: values[index]! }
      })
      return nested
    }

    it('after every step', () => {
      const optimizer = registry.parse('optimizer', testCase.spec) as Optimizer
      let params = tree(testCase.initial.map((value) => toTensor(value))) as Record<string, Record<string, Tensor>>
      const valueAt = (path: string) =>
        path.split('/').reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], params) as Tensor
      let state = optimizer.init(params)
      testCase.gradients.forEach((gradients, step) => {
        expectClose(
          state.learningRate.dataSync(),
          [testCase.learningRates[step]!],
          1e-5,
          `learning rate before step ${step}`,
        )
        const grads = tree(gradients.map((data, index) => data && toTensor({ ...testCase.initial[index]!, data })))
        ;[params, state] = optimizer.update(grads, state, params)
        testCase.paths.forEach((path, index) => {
          expectClose(
            valueAt(path).dataSync(),
            testCase.values[step]![index]!,
            testCase.rtol,
            `${path} after step ${step}`,
          )
        })
      })
      if (testCase.finalized) {
        params = optimizer.finalize(params, state)
        testCase.paths.forEach((path, index) => {
          expectClose(valueAt(path).dataSync(), testCase.finalized![index]!, testCase.rtol, `${path} in the end`)
        })
      }
      expect(kerasNames(state)).toEqual(expect.arrayContaining(Object.keys(testCase.state)))
      for (const [name, value] of Object.entries(testCase.state)) {
        expectClose(named(state).get(name)!.dataSync(), value.data, testCase.rtol, name)
      }
    })
  },
)

/** The state under the names that Keras gives to optimizer variables. */
function named(state: ReturnType<Optimizer['init']>): Map<string, Tensor> {
  const names = new Map<string, Tensor>([
    ['iteration', state.iteration],
    ['learning_rate', state.learningRate],
  ])
  const add = (node: unknown, suffix: string) =>
    treeForEach(node, (leaf, path) => names.set(`${path.replaceAll('.', '_')}_${suffix}`, leaf))
  for (const [slot, node] of Object.entries(state.slots)) add(node, snakeCase(slot))
  add(state.average, 'average')
  add(state.accumulated, 'gradient_accumulator')
  return names
}

function kerasNames(state: ReturnType<Optimizer['init']>): string[] {
  return [...named(state).keys()]
}
