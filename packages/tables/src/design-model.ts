import type { LayerSpec, ModelSpec } from '@gradus/core'
import type { ModelInput } from './model-inputs.ts'
import type { TableCoder } from './table-coder.ts'
import { type Target, unitsOf } from './target.ts'

/** A model for a table and how it is trained, as data: what a config of the command line has under these names. */
export interface ModelDesign {
  readonly model: ModelSpec
  readonly optimizer: Readonly<Record<string, unknown>>
  readonly loss: unknown
  readonly metrics: unknown
  readonly fit: { readonly epochs: number; readonly batchSize: number }
  readonly callbacks: readonly Readonly<Record<string, unknown>>[]
  /** What was chosen and why, a sentence each. */
  readonly choices: readonly string[]
}

/**
 * Designs a model for the inputs and targets of a table with `rowCount` training rows: layers, optimizer, loss, metrics, epochs, early
 * stopping. It needs validation data, on which training stops.
 *
 * @example
 * import { designModel, inferPlan, learnTable, profileTable, rowsSource, TableCoder } from '@gradus/tables'
 * const rows = rowsSource([{ size: 1, ill: 'no' }, { size: 3, ill: 'yes' }])
 * const coder = new TableCoder(await learnTable(rows, inferPlan(await profileTable(rows), { target: 'ill' })))
 * const { loss, metrics } = designModel(coder, 100)
 * loss // => 'BinaryCrossentropy'
 * metrics // => ['accuracy']
 */
export function designModel(coder: TableCoder, rowCount: number): ModelDesign {
  const { targets } = coder.spec
  const isShared = targets.length === 1 || targets.every(({ task }) => task === 'regression')
  const units = rowCount < 20_000 ? [64, 32] : [128, 64]
  // few rows: a network that could learn them by heart is held back
  const dropout = rowCount < 20_000 ? 0.2 : 0
  const l2 = rowCount < 5000 ? 0.01 : rowCount < 20_000 ? 0.001 : 0
  // a smooth function suits numbers of few rows better than one with corners
  const isSmooth = rowCount < 5000 && targets.every(({ task }) => task === 'regression')
  const body = units.flatMap((size): LayerSpec[] => [
    {
      layer: 'Dense',
      units: size,
      activation: isSmooth ? 'silu' : 'relu',
      ...(l2 > 0 && { kernelRegularizer: { regularizer: 'L2', l2 } }),
    } as LayerSpec,
    ...(dropout > 0 ? [{ layer: 'Dropout', rate: dropout } as LayerSpec] : []),
  ])
  const outputs = isShared ? [outputOf(targets)] : targets.map((target) => outputOf([target]))
  const inputs = coder.inputs
  const isSequential = inputs.length === 1 && outputs.length === 1
  const model = isSequential
    ? sequential(inputs[0]!, [...body, outputs[0]!.layer])
    : functional(
        inputs,
        body,
        outputs.map(({ layer }, index) => ({ ...layer, name: isShared ? 'prediction' : targets[index]!.name })),
      )
  const batchSize = 2 ** Math.min(8, Math.max(4, Math.round(Math.log2(rowCount / 30))))
  const epochs = rowCount < 1000 ? 300 : rowCount < 20_000 ? 100 : rowCount < 200_000 ? 30 : 10
  const patience = Math.max(3, Math.round(epochs / 10))
  const named = <T>(values: readonly T[]) =>
    isShared ? values[0] : Object.fromEntries(targets.map(({ name }, index) => [name, values[index]]))
  return {
    model,
    optimizer: { optimizer: 'Adam', learningRate: 0.001 },
    loss: named(outputs.map(({ loss }) => loss)),
    metrics: named(outputs.map(({ metrics }) => metrics)),
    fit: { epochs, batchSize },
    callbacks: [{ callback: 'EarlyStopping', monitor: 'val_loss', patience, restoreBestWeights: true }],
    choices: [
      `The network has ${units.length} hidden layers of ${units.join(' and ')} units, for ${rowCount} training rows.`,
      ...(l2 > 0
        ? [
            `So that it does not learn the rows by heart, large weights are penalized (L2, ${l2}) and a fifth of the units is left out in each step (dropout).`,
          ]
        : []),
      `It is trained for at most ${epochs} epochs in batches of ${batchSize}, and stops when the loss of the validation rows has not improved for ${patience} epochs.`,
    ],
  }
}

interface Output {
  readonly layer: LayerSpec
  readonly loss: string
  readonly metrics: readonly string[]
}

function outputOf(targets: readonly Target[]): Output {
  const units = targets.reduce((sum, target) => sum + unitsOf(target), 0)
  const [target] = targets
  if (target!.task === 'regression')
    return { layer: { layer: 'Dense', units }, loss: 'MeanSquaredError', metrics: ['MeanAbsoluteError', 'R2Score'] }
  const isBinary = units === 1
  return {
    layer: { layer: 'Dense', units, activation: isBinary ? 'sigmoid' : 'softmax' },
    loss: isBinary ? 'BinaryCrossentropy' : 'SparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  }
}

/** The layers that make a vector of an input: for images convolutions, for other arrays nothing but `Flatten`. */
function vectorLayers({ shape }: ModelInput): LayerSpec[] {
  if (shape.length === 1) return []
  if (shape.length > 3 || shape[0]! < leastSize || shape[1]! < leastSize) return [{ layer: 'Flatten' }]
  return shape.length === 3 ? convolutions : [{ layer: 'Reshape', targetShape: [...shape, 1] }, ...convolutions]
}

/** The least height and width of which the convolutions leave something. */
const leastSize = 10

const convolutions: LayerSpec[] = [
  { layer: 'Conv2D', filters: 32, kernelSize: 3, activation: 'relu' },
  { layer: 'MaxPooling2D', poolSize: 2 },
  { layer: 'Conv2D', filters: 64, kernelSize: 3, activation: 'relu' },
  { layer: 'MaxPooling2D', poolSize: 2 },
  { layer: 'Flatten' },
] as LayerSpec[]

function sequential(input: ModelInput, layers: readonly LayerSpec[]): ModelSpec {
  return {
    model: 'Sequential',
    layers: [{ layer: 'InputLayer', shape: [...input.shape], name: input.name }, ...vectorLayers(input), ...layers],
  } as unknown as ModelSpec
}

/** A model with several inputs or outputs: each input becomes a vector, and the vectors are joined. */
function functional(
  inputs: readonly ModelInput[],
  body: readonly LayerSpec[],
  outputs: readonly LayerSpec[],
): ModelSpec {
  const layers: unknown[] = []
  let count = 0
  const add = (
    spec: LayerSpec,
    from: unknown,
    name = `${String(spec['layer']).toLowerCase()}_${++count}`,
  ): readonly unknown[] => {
    layers.push({ name, spec: { ...spec, name }, calls: [{ inputs: from }] })
    return [name, 0, 0]
  }
  const ends = inputs.map((input) => {
    layers.push({
      name: input.name,
      spec: { layer: 'InputLayer', shape: [...input.shape], name: input.name },
      calls: [],
    })
    return vectorLayers(input).reduce<readonly unknown[]>((from, spec) => add(spec, from), [input.name, 0, 0])
  })
  const joined = ends.length === 1 ? ends[0]! : add({ layer: 'Concatenate' } as LayerSpec, ends)
  const last = body.reduce<readonly unknown[]>((from, spec) => add(spec, from), joined)
  const refs = outputs.map((spec) => add(spec, last, String(spec['name'])))
  return {
    model: 'Functional',
    layers,
    inputs: inputs.map(({ name }) => [name, 0, 0]),
    outputs: refs.length === 1 ? refs[0] : refs,
  } as unknown as ModelSpec
}
