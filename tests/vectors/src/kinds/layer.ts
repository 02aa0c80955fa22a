import { vjp } from '@gradus/autograd'
import { inferLayer, type Layer, Rng, type SymbolicAval, splitResult } from '@gradus/core'
import { div, isFloat, type Tensor, type Tree, treeForEach } from '@gradus/tensor'
import { build } from '../build.ts'
import type { Check } from '../check.ts'
import { buildModel } from '../models.ts'
import { Unsupported } from '../outcome.ts'
import { type CaseBase, isRecorded, type Keras, type Recorded, type RecordedWeight, toTensor } from '../recorded.ts'
import { fillTree, leafOf, placeWeights } from '../weights.ts'

interface LayerCase extends CaseBase {
  readonly layer: Keras
  readonly input_mode?: 'single' | 'list' | 'named'
  readonly inputs: readonly Recorded[]
  readonly call_kwargs?: Readonly<Record<string, unknown>>
  readonly weights?: readonly RecordedWeight[]
  readonly outputs: readonly Recorded[]
  readonly cotangents?: readonly (Recorded | null)[]
  readonly grad_inputs?: readonly (Recorded | null)[]
  readonly grad_weights?: readonly RecordedWeight[]
  readonly updated_weights?: readonly RecordedWeight[]
  readonly losses?: readonly number[]
  readonly compute_output_shape?: unknown
  readonly adapt_data?: unknown
  readonly n_calls?: number
  readonly output_mask?: Recorded | null
}

interface Call {
  readonly outputs: readonly Tensor[]
  readonly state: Tree
  readonly losses: readonly Tensor[]
}

/** A call of a layer: outputs, derivatives, moving averages, penalties, shapes and masks. */
export async function runLayer(entry: LayerCase, check: Check): Promise<void> {
  const layer = layerOf(entry.layer)
  if (entry.adapt_data) throw new Unsupported('adapt of layers')
  const { training, mask, initial } = optionsOf(entry.call_kwargs ?? {})
  const inputs = [...entry.inputs.map((input) => toTensor(input)), ...initial]
  const many = entry.input_mode === 'list' || inputs.length > 1
  const shapes = inputs.map(({ shape }) => shape)
  const shape = many ? shapes : shapes[0]!
  const made = { params: layer.init(new Rng(1), shape) as Tree, state: layer.initState(shape) as Tree }
  const places = placeWeights(entry.weights ?? [], made.params, made.state)
  const params = fillTree(made.params, places.params)
  let state = fillTree(made.state, places.state)

  const call = (p: Tree, x: readonly Tensor[]): Call => {
    const losses: Tensor[] = []
    const scope = {
      params: p,
      state,
      rng: new Rng(2),
      training,
      addLoss: (loss: Tensor) => void losses.push(loss),
      ...(mask && { mask }),
    }
    const result = splitResult(layer.apply(many ? x : x[0]!, scope as never), state)
    return { outputs: result.outputs, state: result.state, losses }
  }
  for (let repeat = 1; repeat < (entry.n_calls ?? 1); repeat++) state = call(params, inputs).state
  const { outputs, state: after, losses } = call(params, inputs)

  check.equal('outputs', outputs.length, entry.outputs.length)
  for (const [index, expected] of entry.outputs.entries())
    await check.close(`outputs[${index}]`, outputs[index], expected)
  await compareGradients(entry, check, { params, inputs, places, run: (p, x) => call(p, x).outputs })
  for (const weight of entry.updated_weights ?? []) {
    const value = leafOf(after, places.state, weight.path) ?? leafOf(params, places.params, weight.path)
    await check.close(`updated_weights.${weight.name}`, value, weight)
  }
  if (entry.losses) await compareLosses(layer, check, entry.losses, { params, outputs, losses, batch: shapes[0]![0]! })
  if (entry.compute_output_shape) {
    check.equal('compute_output_shape', inferredShapes(layer, inputs, many), shapesOf(entry.compute_output_shape))
  }
  if (entry.output_mask) {
    await check.close('output_mask', layer.computeMask(many ? inputs : inputs[0]!, mask), entry.output_mask)
  }
}

/** A layer, or a model used as one. */
function layerOf(keras: Keras): Layer {
  const { class_name: name } = (keras ?? {}) as { readonly class_name?: string }
  const isModel = name === 'Functional' || name === 'Sequential' || name === 'Model'
  return isModel ? (buildModel(keras).model as unknown as Layer) : build('layer', keras)
}

/** The options of the call that Gradus layers know; the others are unsupported, unless they are at rest. */
function optionsOf(kwargs: Readonly<Record<string, unknown>>): {
  training: boolean
  mask: Tensor | readonly (Tensor | undefined)[] | undefined
  initial: readonly Tensor[]
} {
  const { training, mask, initial_state, states, ...others } = kwargs
  for (const [name, value] of Object.entries(others)) {
    if (value !== null && value !== false) throw new Unsupported(`call option ${name}`)
  }
  const initial = initial_state ?? states ?? []
  return {
    training: training === true,
    mask: Array.isArray(mask)
      ? mask.map((entry) => (isRecorded(entry) ? toTensor(entry, 'bool') : undefined))
      : isRecorded(mask)
        ? toTensor(mask, 'bool')
        : undefined,
    initial: (isRecorded(initial) ? [initial] : (initial as readonly Recorded[])).map((entry) => toTensor(entry)),
  }
}

interface Differentiable {
  readonly params: Tree
  readonly inputs: readonly Tensor[]
  readonly places: ReturnType<typeof placeWeights>
  readonly run: (params: Tree, inputs: readonly Tensor[]) => readonly Tensor[]
}

async function compareGradients(
  entry: LayerCase,
  check: Check,
  { params, inputs, places, run }: Differentiable,
): Promise<void> {
  const { cotangents, grad_inputs = [], grad_weights = [] } = entry
  if (!cotangents) return
  const kept = cotangents.flatMap((cotangent, index) => (cotangent ? [{ index, cotangent: toTensor(cotangent) }] : []))
  const floats = inputs.filter(({ dtype }) => isFloat(dtype))
  const { pullback } = vjp(
    (p: Tree, x: readonly Tensor[]) => {
      let next = 0
      const outputs = run(
        p,
        inputs.map((input) => (isFloat(input.dtype) ? x[next++]! : input)),
      )
      return kept.map(({ index }) => outputs[index]!)
    },
    [params, floats] as const,
  )
  const [ofParams, ofInputs] = pullback(kept.map(({ cotangent }) => cotangent))
  let next = 0
  for (const [index, input] of inputs.entries()) {
    const got = isFloat(input.dtype) ? ofInputs[next++] : undefined
    const expected = grad_inputs[index]
    if (expected && !isNone(expected)) await check.close(`grad_inputs[${index}]`, got, expected)
  }
  for (const expected of grad_weights) {
    const got = leafOf(ofParams, places.params, expected.path)
    if (!isNone(expected)) await check.close(`grad_weights.${expected.path}`, got, expected)
    else if (got) check.numbers(`grad_weights.${expected.path}`, await got.data(), new Array(got.size).fill(0))
  }
}

function isNone(gradient: Recorded | { readonly none?: boolean }): boolean {
  return 'none' in gradient && gradient.none === true
}

/** As in Keras: what the call added, then the penalty on the outputs, then those on the weights. */
async function compareLosses(
  layer: Layer,
  check: Check,
  expected: readonly number[],
  {
    params,
    outputs,
    losses,
    batch,
  }: { params: Tree; outputs: readonly Tensor[]; losses: readonly Tensor[]; batch: number },
): Promise<void> {
  const all = [...losses]
  const { activityRegularizer } = layer.config as { activityRegularizer?: { loss(x: Tensor): Tensor } }
  if (activityRegularizer) all.push(...outputs.map((output) => div(activityRegularizer.loss(output), batch)))
  treeForEach(params, (leaf, path) => {
    const regularizer = layer.regularizerOf(path)
    if (regularizer) all.push(regularizer.loss(leaf))
  })
  const values = await Promise.all(all.map(async (loss) => (await loss.data())[0]!))
  check.numbers('losses', values, expected)
}

function inferredShapes(layer: Layer, inputs: readonly Tensor[], many: boolean): unknown {
  const avals = inputs.map(({ shape, dtype }): SymbolicAval => ({ shape: [null, ...shape.slice(1)], dtype }))
  return inferLayer(layer, avals, many).outputs.map(({ shape }) => shape)
}

/** One shape, a list or a dict of them, as a list. */
function shapesOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) return Object.values(value as object)
  return value.some((entry) => Array.isArray(entry)) ? value : [value]
}
