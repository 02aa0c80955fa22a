import { vjp } from '@gradus/autograd'
import {
  initLayer,
  input,
  type Layer,
  type LayerTrees,
  layersWithin,
  leavesOf,
  Rng,
  type StatelessResult,
  statelessCall,
} from '@gradus/core'
import {
  isFloat,
  type SymbolicTensor,
  type Tensor,
  type Tree,
  treeForEach,
  treeLeaves,
  treeReplace,
} from '@gradus/tensor'
import { expect } from 'vitest'
import { expectClose } from './expect-close.ts'
import { type KerasObject, optionsOfKeras } from './keras-config.ts'
import { camelCase, type Recorded, toTensor } from './src/recorded.ts'

/** A recorded weight. Its path begins with the names of the layers around it: `rnn/lstm_cell/kernel`. */
type RecordedWeight = Recorded & { readonly path: string }

/** A recorded call of a layer, with the gradients of the sum of its outputs times `cotangents`. */
export interface LayerCase {
  readonly name: string
  readonly layer: KerasObject
  readonly inputs: readonly (Recorded & { readonly name?: string })[]
  readonly call_kwargs: Readonly<Record<string, unknown>>
  /** In Keras's order. */
  readonly weights: readonly RecordedWeight[]
  readonly outputs: readonly Recorded[]
  readonly cotangents: readonly Recorded[]
  readonly grad_inputs: readonly (Recorded | null)[]
  readonly grad_weights: readonly RecordedWeight[]
  /** The weights after the call. */
  readonly updated_weights?: readonly RecordedWeight[]
  /** Penalties on outputs, then on parameters. */
  readonly losses?: readonly number[]
  /** The shape of each output for a batch of unknown size. */
  readonly compute_output_shape?: readonly unknown[]
  readonly rtol_by_key?: Readonly<Record<string, number>>
}

/** The position of a recorded weight among the variables of a layer. */
interface Slot {
  readonly kind: 'params' | 'state'
  readonly path: string
  readonly key: string
}

/** Fails unless outputs, gradients, new state, losses and shapes of the layer are the recorded ones. */
export function checkLayerCase(entry: LayerCase, layer: Layer): void {
  const inputs = entry.inputs.map((recorded) => toTensor(recorded))
  const { slots, params, state } = variablesOf(layer, entry, inputs)
  const options = optionsOf(entry, toTensor)
  let result: StatelessResult | undefined
  const forward = (weights: LayerTrees, ...given: Tensor[]): Tensor[] => {
    result = statelessCall(layer, { params: weights, state }, inputsOf(entry, given), options)
    return leavesOf(result.outputs) as Tensor[]
  }
  const { value, pullback } = vjp(forward, [params, ...inputs])
  const [byParams, ...byInputs] = pullback(entry.cotangents.map((recorded) => toTensor(recorded)))

  const near = (what: string, actual: Tensor | undefined, expected: Recorded, key = '') => {
    expect(actual, what).toBeDefined()
    expect(actual!.shape, `shape of ${what}`).toEqual(expected.shape)
    expectClose(actual!.dataSync(), expected.data, entry.rtol_by_key?.[key] ?? 1e-5, what)
  }
  const slotOf = (path: string) => slots[entry.weights.findIndex((weight) => weight.path === path)]!
  const at = (trees: unknown, { path, key }: Slot) => (trees as Record<string, Record<string, Tensor>>)[path]?.[key]

  expect(value.length, 'number of outputs').toBe(entry.outputs.length)
  entry.outputs.forEach((output, index) => near(`output ${index}`, value[index], output, 'outputs'))
  entry.grad_inputs.forEach((gradient, index) => {
    if (!gradient || !isFloat(inputs[index]!.dtype)) return
    near(`gradient of input ${index}`, byInputs[index] as Tensor, gradient, 'grad_inputs')
  })
  for (const gradient of entry.grad_weights) {
    near(`gradient of ${gradient.path}`, at(byParams, slotOf(gradient.path)), gradient, 'grad_weights')
  }
  for (const weight of entry.updated_weights ?? []) {
    const slot = slotOf(weight.path)
    near(`new ${weight.path}`, at(slot.kind === 'state' ? result!.state : params, slot), weight, 'updated_weights')
  }
  if (entry.losses) {
    const losses = [...result!.losses.map((loss) => loss.item()), ...penalties(layer, params)]
    expect(losses).toEqual(entry.losses.map((loss) => expect.closeTo(loss, 6)))
  }
  if (entry.compute_output_shape) checkShapes(entry, layer)
}

/** The variables of a layer with the recorded values, which have the same order and names. */
function variablesOf(layer: Layer, entry: LayerCase, values: readonly Tensor[]) {
  const { weights } = entry
  const shapes = inputsOf(
    entry,
    values.map(({ shape }) => shape),
  )
  const options = optionsOf(entry, toTensor)
  const made = initLayer(layer, shapes, new Rng(1), { dtypes: values.map(({ dtype }) => dtype), options })
  const slots: Slot[] = []
  const recorded = (tree: Tree | undefined, kind: Slot['kind'], path: string): Tree => {
    treeForEach(tree, (leaf, key) => {
      expect(leaf.shape, `shape of ${path}.${key}`).toEqual(weights[slots.length]?.shape)
      slots.push({ kind, path, key })
    })
    const count = treeLeaves(tree).length
    return treeReplace(
      tree ?? {},
      weights.slice(slots.length - count, slots.length).map((weight) => toTensor(weight)),
    )
  }
  const params: Record<string, Tree> = {}
  const state: Record<string, Tree> = {}
  for (const { path } of layersWithin(layer)) {
    params[path] = recorded(made.params[path], 'params', path)
    state[path] = recorded(made.state[path], 'state', path)
  }
  expect(slots.map(({ key }) => key)).toEqual(weights.map(({ path }) => camelCase(path.replace(/^.*\//, ''))))
  return { slots, params, state }
}

/** The inputs as the layer takes them: alone, in a list, or by name. */
function inputsOf<T>({ inputs }: LayerCase, values: readonly T[]): T | T[] | Record<string, T> {
  if (inputs[0]?.name === undefined) return values.length === 1 ? values[0]! : [...values]
  return Object.fromEntries(inputs.map(({ name }, index) => [name!, values[index]!]))
}

/** The options of the call, with `make` applied to the recorded tensors among them. */
function optionsOf({ call_kwargs }: LayerCase, make: (recorded: Recorded) => Tensor | SymbolicTensor): object {
  const value = (given: unknown): unknown => {
    if (Array.isArray(given)) return given.map(value)
    return typeof given === 'object' && given !== null && 'data' in given ? make(given as unknown as Recorded) : given
  }
  return Object.fromEntries(Object.entries(optionsOfKeras(call_kwargs)).map(([key, given]) => [key, value(given)]))
}

/** Compares the shapes of outputs for a batch of unknown size. */
function checkShapes(entry: LayerCase, layer: Layer): void {
  const symbol = ({ shape, dtype }: Recorded) => input({ shape: shape.slice(1), dtype: dtype as 'float32' })
  const outputs = layer.callAll<unknown>(inputsOf(entry, entry.inputs.map(symbol)) as never, optionsOf(entry, symbol))
  const expected = entry.compute_output_shape!
  const found = leavesOf(outputs).map(({ shape }) => shape)
  const shapes = (Array.isArray(expected[0]) ? expected : [expected]) as readonly (readonly (number | null)[])[]
  // Gradus may know dimensions that are recorded as null
  const known = shapes.map((shape, index) =>
    shape.map((d, axis) =>
      d === null && axis > 0 && found[index]?.[axis] !== null ? entry.outputs[index]!.shape[axis] : d,
    ),
  )
  expect(found, 'shapes of a batch of unknown size').toEqual(known)
}

/** The penalties on parameters, in the order of the parameters. */
function penalties(layer: Layer, params: LayerTrees): unknown[] {
  return layersWithin(layer).flatMap(({ layer: owner, path }) =>
    Object.entries((params[path] ?? {}) as Record<string, Tensor>).flatMap(([key, value]) => {
      const loss = owner.regularizerOf(key)?.loss(value)
      return loss ? [loss.item()] : []
    }),
  )
}
