import { vjp } from '@gradus/autograd'
import {
  batchSize,
  inferCall,
  initLayer,
  isAdaptable,
  type Layer,
  layersWithin,
  listVariables,
  type Masks,
  maskOf,
  Rng,
  readVariables,
  type StatelessResult,
  standIn,
  statelessCall,
  type VariableTrees,
} from '@gradus/core'
import { cast, isFloat, type Tensor, type Tree, treeForEach, treeLeaves } from '@gradus/tensor'
import { build, withKnownOptions } from '../build.ts'
import { optionsOf } from '../call-options.ts'
import type { Check } from '../check.ts'
import { buildModel } from '../models.ts'
import { type CaseBase, type Keras, type Recorded, type RecordedWeight, toHost, toTensor } from '../recorded.ts'
import { fillTree, leafOf, matchWeights } from '../weights.ts'

interface LayerCase extends CaseBase {
  readonly layer: Keras
  readonly input_mode?: 'single' | 'list' | 'named'
  readonly inputs: readonly (Recorded & { readonly name?: string })[]
  readonly call_kwargs?: Readonly<Record<string, unknown>>
  readonly weights?: readonly RecordedWeight[]
  readonly outputs: readonly Recorded[]
  readonly cotangents?: readonly (Recorded | null)[]
  readonly grad_inputs?: readonly (Recorded | null)[]
  readonly grad_weights?: readonly RecordedWeight[]
  readonly updated_weights?: readonly RecordedWeight[]
  readonly losses?: readonly number[]
  readonly compute_output_shape?: unknown
  readonly adapt_data?: Recorded
  readonly n_calls?: number
  readonly output_mask?: Recorded | null
}

/** A layer with everything that its recorded call needs except the inputs. */
interface RecordedCall {
  readonly layer: Layer
  readonly variables: VariableTrees
  readonly options: ReturnType<typeof optionsOf>
  /** The inputs in the structure in which the layer takes them. */
  readonly structure: <T>(list: readonly T[]) => unknown
}

/** Compares a call of a layer: outputs, derivatives, moving averages, penalties, shapes and masks. */
export async function runLayer(entry: LayerCase, check: Check): Promise<void> {
  const layer = layerOf(entry.layer)
  const options = optionsOf(layer, entry.call_kwargs ?? {})
  const inputs = entry.inputs.map((input) => toTensor(input))
  const structure = structureOf(entry)
  if (entry.adapt_data && isAdaptable(layer)) await layer.adapt(toHost(entry.adapt_data))
  const made = variablesFor(layer, inputs, structure)
  const matched = matchWeights(entry.weights ?? [], made.params as Tree, made.state as Tree)
  const adapted = entry.adapt_data !== undefined
  if (adapted) await compareAdapted(layer, check, entry.weights ?? [])
  let variables: VariableTrees = adapted
    ? made
    : { params: fillTree(made.params as never, matched.params), state: fillTree(made.state as never, matched.state) }
  for (let repeat = 1; repeat < (entry.n_calls ?? 1); repeat++) {
    const { state } = call({ layer, variables, options, structure }, variables.params, inputs)
    variables = { ...variables, state }
  }
  const recorded = { layer, variables, options, structure }
  const result = call(recorded, variables.params, inputs)
  const outputs = treeLeaves(result.outputs)
  check.equal('outputs', outputs.length, entry.outputs.length)
  for (const [index, expected] of entry.outputs.entries())
    await check.close(`outputs[${index}]`, outputs[index], expected)
  await compareGradients(entry, check, recorded, { inputs, matched })
  for (const weight of entry.updated_weights ?? []) {
    const value =
      leafOf(result.state as Tree, matched.state, weight.path) ??
      leafOf((result.params ?? variables.params) as Tree, matched.params, weight.path)
    await check.close(`updated_weights.${weight.name}`, value, weight)
  }
  if (entry.losses) await compareLosses(layer, check, entry.losses, variables.params, result.losses)
  if (entry.compute_output_shape) {
    const expected = shapesOf(entry.compute_output_shape) as readonly (readonly (number | null)[])[]
    const inferred = inferredShapes(layer, inputs, structure)
    // Keras may have null for a dimension that Gradus knows
    const compared = inferred.map((shape, index) =>
      shape.map((d, axis) => (expected[index]?.[axis] === null ? null : d)),
    )
    check.equal('compute_output_shape', compared, expected)
  }
  if (entry.output_mask) {
    const own = layer.computeMask(structure(inputs) as Tree, options.mask)
    await check.close('output_mask', maskOf(outputs[0]!) ?? (own as Tensor | undefined), entry.output_mask)
  }
}

/** A layer, or a model used as one. */
function layerOf(keras: Keras): Layer {
  const { class_name: name } = (keras ?? {}) as { readonly class_name?: string }
  const isModel = name === 'Functional' || name === 'Sequential' || name === 'Model'
  return isModel ? (buildModel(keras).model as unknown as Layer) : build('layer', keras)
}

/** One input alone, several in a list, or by the names of Keras's arguments if the layer takes them by name. */
function structureOf({ input_mode: mode, inputs }: LayerCase): <T>(list: readonly T[]) => unknown {
  const names = inputs.map(({ name }) => name)
  if (mode === 'named' && names.every((name) => name !== undefined)) {
    return (list) => Object.fromEntries(list.map((value, index) => [names[index]!, value]))
  }
  return (list) => (mode === 'list' || list.length > 1 ? list : list[0])
}

/** The variables that an adapted or built layer has, or initial ones. */
function variablesFor(layer: Layer, inputs: readonly Tensor[], structure: RecordedCall['structure']): VariableTrees {
  const own = readVariables(layer)
  if (treeLeaves(own as unknown as Tree).length > 0) return own
  const shape = structure(inputs.map((x) => x.shape))
  const dtypes = inputs.map(({ dtype }) => dtype)
  return withKnownOptions(() => initLayer(layer, shape as never, new Rng(1), { dtypes }))
}

function call(
  { layer, variables, options, structure }: RecordedCall,
  params: VariableTrees['params'],
  inputs: readonly Tensor[],
): StatelessResult {
  const { rest, training, mask } = options
  return statelessCall(layer, { params, state: variables.state }, structure(inputs) as Tree, {
    ...rest,
    rng: new Rng(2),
    training,
    ...(mask !== undefined && { mask: mask as Masks }),
  })
}

/** Compares the variables that `adapt` has set with Keras's weights. */
async function compareAdapted(layer: Layer, check: Check, weights: readonly RecordedWeight[]): Promise<void> {
  const own = listVariables(layer)
  for (const [index, weight] of weights.entries())
    await check.close(`weights.${weight.name}`, own[index]?.value, weight)
}

async function compareGradients(
  entry: LayerCase,
  check: Check,
  recorded: RecordedCall,
  { inputs, matched }: { readonly inputs: readonly Tensor[]; readonly matched: ReturnType<typeof matchWeights> },
): Promise<void> {
  const { cotangents, grad_inputs = [], grad_weights = [] } = entry
  if (!cotangents) return
  const kept = cotangents.flatMap((cotangent, index) => (cotangent ? [{ index, cotangent: toTensor(cotangent) }] : []))
  const floats = inputs.filter(({ dtype }) => isFloat(dtype))
  const { value, pullback } = vjp(
    (params: Tree, x: readonly Tensor[]) => {
      let next = 0
      const given = inputs.map((input) => (isFloat(input.dtype) ? x[next++]! : input))
      const outputs = treeLeaves(call(recorded, params as VariableTrees['params'], given).outputs)
      return kept.map(({ index }) => outputs[index]!)
    },
    [recorded.variables.params as Tree, floats] as const,
  )
  const [ofParams, ofInputs] = pullback(kept.map(({ cotangent }, index) => cast(cotangent, value[index]!.dtype)))
  let next = 0
  for (const [index, input] of inputs.entries()) {
    const got = isFloat(input.dtype) ? ofInputs[next++] : undefined
    const expected = grad_inputs[index]
    if (expected && !isNone(expected)) await check.close(`grad_inputs[${index}]`, got, expected)
  }
  for (const expected of grad_weights) {
    const got = leafOf(ofParams, matched.params, expected.path)
    if (!isNone(expected)) await check.close(`grad_weights.${expected.path}`, got, expected)
    else if (got) check.numbers(`grad_weights.${expected.path}`, await got.data(), new Array(got.size).fill(0))
  }
}

function isNone(gradient: Recorded | { readonly none?: boolean }): boolean {
  return 'none' in gradient && gradient.none === true
}

/** Compares losses in Keras's order: those added by the call, penalties on outputs included, then penalties on weights. */
async function compareLosses(
  root: Layer,
  check: Check,
  expected: readonly number[],
  params: VariableTrees['params'],
  added: readonly Tensor[],
): Promise<void> {
  const all = [...added]
  for (const { layer, path, trained } of layersWithin(root)) {
    if (!trained) continue
    treeForEach(params[path] ?? {}, (leaf, key) => {
      const regularizer = layer.regularizerOf(key)
      if (regularizer) all.push(regularizer.loss(leaf))
    })
  }
  const values = await Promise.all(all.map(async (loss) => (await loss.data())[0]!))
  // Keras adds a penalty on each output, before those of sublayers; Gradus adds their sum, after them
  const summed = root.activityRegularizer !== undefined
  check.numbers('losses', summed ? [total(values)] : values, summed ? [total(expected)] : expected)
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

function inferredShapes(
  layer: Layer,
  inputs: readonly Tensor[],
  structure: RecordedCall['structure'],
): (number | null)[][] {
  const symbolic = inputs.map(({ shape, dtype }) => standIn([batchSize, ...shape.slice(1)], dtype))
  const { outputs } = inferCall(layer, structure(symbolic))
  return outputs.map(({ sizes }) => sizes.map((size) => (typeof size === 'number' ? size : null)))
}

/** One shape, a list or a dict of them, as a list. */
function shapesOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) return Object.values(value as object)
  return value.some((entry) => Array.isArray(entry)) ? value : [value]
}
