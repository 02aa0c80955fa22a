import { vjp } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import {
  type Activation,
  type Constraint,
  type Initializer,
  type Layer,
  Registry,
  type Regularizer,
  Rng,
  splitResult,
} from '@gradus/core'
import { type DType, isFloat, randomKey, type Tensor, type Tree, tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import activationCases from './fixtures/activations.golden.json' with { type: 'json' }
import layerCases from './fixtures/layers.golden.json' with { type: 'json' }
import otherCases from './fixtures/others.golden.json' with { type: 'json' }
import { activations, constraints, initializers, layers, regularizers } from './index.ts'

await useBackend(cpu())

// What Keras 3.16 gave, with its config; names there are in snake_case, weights in Keras's order.
interface Recorded {
  readonly shape: readonly number[]
  readonly dtype: string
  readonly data: readonly number[]
}
interface KerasObject {
  readonly class_name: string
  readonly config: Readonly<Record<string, unknown>>
}
interface LayerCase {
  readonly name: string
  readonly layer: KerasObject
  readonly inputs: readonly Recorded[]
  readonly call_kwargs: {
    readonly training?: boolean
    readonly mask?: Recorded
    readonly initial_state?: readonly Recorded[]
  }
  readonly weights: readonly (Recorded & { readonly name: string })[]
  readonly outputs: readonly Recorded[]
  readonly cotangents: readonly Recorded[]
  readonly grad_inputs: readonly (Recorded | null)[]
  readonly grad_weights?: readonly (Recorded & { readonly path: string })[]
  readonly updated_weights?: readonly (Recorded & { readonly path: string })[]
  readonly losses?: readonly number[]
  readonly rtol_by_key?: Readonly<Record<string, number>>
}
interface OtherCase {
  readonly name: string
  readonly kind: string
  readonly input?: Recorded
  readonly output?: Recorded
  readonly value?: Recorded
  readonly values?: Recorded
  readonly grad_input?: Recorded
}

const everything = [
  ...layers,
  ...Object.values(activations),
  ...Object.values(initializers),
  ...Object.values(regularizers),
  ...Object.values(constraints),
]
const registry = new Registry<(typeof everything)[number]>(everything)

const camelCase = (name: string) => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

function optionsOf(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [camelCase(key), optionOf(key, value)]))
}

function optionOf(key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('class_name' in value)) return value
  const { class_name, config } = value as KerasObject
  return { [key.replace(/^.*_/, '')]: class_name, ...optionsOf(config) }
}

function tensorOf({ shape, dtype, data }: Recorded): Tensor {
  return tensor(data, { shape, dtype: dtype as DType })
}

/** The tolerance of the recordings: relative, and to a tenth of the largest value for the small ones. */
function expectClose(what: string, actual: Tensor | undefined, expected: Recorded, rtol = 1e-5): void {
  expect(actual?.size, what).toBe(expected.data.length)
  const largest = Math.max(...expected.data.map(Math.abs))
  const values = actual!.dataSync()
  expected.data.forEach((value, index) => {
    const allowed = rtol * Math.max(Math.abs(value), 0.1 * largest, 1e-3)
    expect(
      Math.abs(values[index]! - value),
      `${what}[${index}]: ${values[index]} and Keras ${value}`,
    ).toBeLessThanOrEqual(allowed)
  })
}

describe('layers give what Keras gives', () => {
  for (const entry of layerCases as unknown as LayerCase[]) {
    it(entry.name, () => {
      const layer = registry.parse('layer', {
        layer: entry.layer.class_name,
        ...optionsOf(entry.layer.config),
      }) as Layer
      const { mask, training = false, initial_state = [] } = entry.call_kwargs
      const inputs = [...entry.inputs, ...initial_state].map(tensorOf)
      const many = inputs.length > 1
      const shapes = inputs.map(({ shape }) => shape)
      const shape = many ? shapes : shapes[0]!
      const take = (tree: Tree) => withWeights(tree, entry)
      const params = take(layer.init(new Rng(1), shape))
      const state = take(layer.initState(shape))
      let next: Tree = state
      const forward = (p: Tree, ...x: Tensor[]) => {
        const scope = {
          params: p,
          state,
          rng: new Rng(1),
          training,
          addLoss() {},
          ...(mask ? { mask: tensorOf(mask) } : {}),
        }
        const result = splitResult(layer.apply(many ? x : x[0]!, scope), state)
        next = result.state
        return [...result.outputs]
      }
      const { value, pullback } = vjp(forward, [params, ...inputs])
      const [gradParams, ...gradInputs] = pullback(entry.cotangents.map(tensorOf))

      expect(value.length).toBe(entry.outputs.length)
      entry.outputs.forEach((output, i) => {
        expect(value[i]!.shape).toEqual(output.shape)
        expectClose(`output ${i}`, value[i], output, entry.rtol_by_key?.['outputs'])
      })
      entry.grad_inputs.forEach((gradient, i) => {
        if (gradient?.data && isFloat(inputs[i]!.dtype)) {
          expectClose(`gradient of input ${i}`, gradInputs[i], gradient, entry.rtol_by_key?.['grad_inputs'])
        }
      })
      for (const weight of entry.grad_weights ?? []) {
        const key = camelCase(weight.path.split('/').at(-1)!)
        expectClose(
          `gradient of ${key}`,
          (gradParams as Record<string, Tensor>)[key],
          weight,
          entry.rtol_by_key?.['grad_weights'],
        )
      }
      for (const weight of entry.updated_weights ?? []) {
        const key = camelCase(weight.path.split('/').at(-1)!)
        expectClose(`new ${key}`, (next as Record<string, Tensor>)[key], weight)
      }
      if (entry.losses)
        expect(penaltiesOf(layer, params, value[0]!)).toEqual(entry.losses.map((loss) => expect.closeTo(loss, 6)))
    })
  }

  it("keeps weights in Keras's order", () => {
    for (const entry of layerCases as unknown as LayerCase[]) {
      const layer = registry.parse('layer', {
        layer: entry.layer.class_name,
        ...optionsOf(entry.layer.config),
      }) as Layer
      const shape = entry.inputs[0]!.shape
      const keys = [...Object.keys(layer.init(new Rng(1), shape)), ...Object.keys(layer.initState(shape))]
      expect(keys, entry.name).toEqual(entry.weights.map(({ name }) => camelCase(name)))
    }
  })
})

function withWeights(tree: Tree, { name, weights }: LayerCase): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(tree as Record<string, Tensor>).map(([key, own]) => {
      const recorded = weights.find((weight) => camelCase(weight.name) === key)
      expect(own.shape, `${name}: ${key}`).toEqual(recorded?.shape)
      return [key, tensorOf(recorded!)]
    }),
  )
}

/** The losses Keras lists: penalties of the parameters, then of the output for each sample. */
function penaltiesOf(layer: Layer, params: Record<string, Tensor>, output: Tensor): number[] {
  const options = layer.config as Record<string, Regularizer | undefined>
  const own = Object.entries(params).flatMap(([key, value]) => {
    const loss = options[`${key}Regularizer`]?.loss(value)
    return loss ? [loss.item() as number] : []
  })
  const activity = options['activityRegularizer']?.loss(output).item() as number
  return [activity / output.shape[0]!, ...own]
}

describe('activations give what Keras gives', () => {
  for (const entry of activationCases) {
    it(entry.name, () => {
      const activation = registry.parse('activation', {
        activation: entry.serialized,
        ...optionsOf(entry.args ?? {}),
      }) as Activation
      const { value, pullback } = vjp((x: Tensor) => activation.compute(x), [tensorOf(entry.input)])
      expectClose('value', value, entry.output, entry.suggested_rtol)
      if (entry.grad_input)
        expectClose('gradient', pullback(tensorOf(entry.cotangent))[0], entry.grad_input, entry.suggested_rtol)
    })
  }
})

describe('initializers, regularizers and constraints give what Keras gives', () => {
  for (const entry of otherCases as unknown as OtherCase[]) {
    it(entry.name, () => {
      const { kind } = entry
      const { class_name, config } = (entry as unknown as Record<string, KerasObject>)[kind]!
      const made: unknown = registry.parse(kind as 'layer', { [kind]: class_name, ...optionsOf(config) })
      if (kind === 'initializer') {
        expectClose('values', (made as Initializer).make(randomKey(1), entry.values!.shape, 'float32'), entry.values!)
      } else if (kind === 'constraint') {
        expectClose('projection', (made as Constraint).project(tensorOf(entry.input!)), entry.output!)
      } else {
        const { value, pullback } = vjp((x: Tensor) => (made as Regularizer).loss(x), [tensorOf(entry.input!)])
        expectClose('penalty', value, entry.value!)
        expectClose('gradient', pullback(tensor(1))[0], entry.grad_input!)
      }
    })
  }
})
