import {
  type BaseLayer,
  ConfigError,
  type ConfigOf,
  callOf,
  completeConfig,
  describeValue,
  Input,
  type Kind,
  knownShapes,
  type LayerConfig,
  layersWithin,
  listVariables,
  type OptionsOf,
  type Variable,
} from '@gradus/core'
import type { SymbolicShape, SymbolicTensor, Tensor } from '@gradus/tensor'
import { bytesPerElement } from '@gradus/tensor/internals'
import type { Network } from '../network/index.ts'
import { classNameOf } from './class-name.ts'
import { formatTable, type TableColumn } from './table.ts'

const summaryFields = {
  /** Width of the table in characters. */
  lineLength: { type: 'integer', min: 1, default: 76 },
  /** Where the columns end: fractions of the line, or characters. */
  positions: 'numbers',
  /** Whether the layers of nested models are shown. */
  expandNested: { type: 'boolean', default: false },
  /** Whether a column shows which layers are trained. */
  showTrainable: { type: 'boolean', default: false },
  /** The first and the last layer that are shown: names, or patterns that a name begins with. */
  layerRange: { type: 'unknown' as Kind<readonly [first: string, last: string]> },
  /** Whether the text is printed; it is returned in any case. */
  print: { type: 'boolean', default: true },
  /** Prints the text. It is called once, with the whole text. */
  printFn: { type: 'function' as Kind<(text: string) => void>, default: (text: string) => console.log(text) },
} as const

/** Options of `summary`. */
export interface SummaryOptions extends ConfigOf<typeof summaryFields> {}

type CompleteOptions = OptionsOf<typeof summaryFields>

/** The part of a model that a summary shows. */
interface SummarizedModel extends BaseLayer {
  /** The layers that are shown, in order. */
  readonly layers: readonly BaseLayer[]
  readonly network?: Network | undefined
}

interface SummaryInput {
  readonly name: string
  readonly model: SummarizedModel
  /** The state of the optimizer; empty before training. */
  readonly optimizer: readonly Tensor[]
}

/** Prints the summary of a model and returns it. Throws `ConfigError` for options that `summary` does not have. */
export function printSummary(input: () => SummaryInput, options: SummaryOptions): string {
  const complete = completeConfig('summary', options, summaryFields) as CompleteOptions
  const text = formatSummary(input(), complete)
  if (complete.print) complete.printFn(text.trimEnd())
  return text
}

/** Returns the table of a model that Keras 3 prints. */
function formatSummary({ name, model, optimizer }: SummaryInput, options: CompleteOptions): string {
  const { lineLength, positions = [], showTrainable } = options
  const connected = model.network && !model.network.linear ? model.network : undefined
  const linear = connected === undefined
  const columns: TableColumn[] = [
    { header: 'Layer (type)', align: 'left', until: linear ? 0.45 : 0.3 },
    { header: 'Output Shape', align: 'left', until: linear ? 0.8 : 0.56 },
    { header: 'Param #', align: 'right', until: linear ? 1 : 0.74 },
  ]
  if (!linear) columns.push({ header: 'Connected to', align: 'left', until: 1 })
  const unit = (positions.at(-1) ?? 1) > 1 ? lineLength : 1
  const placed = columns.map((column, index) => ({
    ...column,
    until: (positions[index] ?? column.until * unit) / unit,
  }))
  const shown = showTrainable
    ? [
        ...placed.map((column) => ({ ...column, until: column.until * 0.9 })),
        { header: 'Trainable', align: 'center' as const, until: 1 },
      ]
    : placed
  const rows = rowsOf(model, connected, options, 0)
  const variables = listVariables(model)
  const trained = variables.filter(({ trainable }) => trainable)
  const frozen = variables.filter(({ trainable }) => !trainable)
  return [
    `Model: "${name}"`,
    formatTable(shown, rows, lineLength),
    ` Total params: ${amount([...variables.map(tensorOf), ...optimizer])}`,
    ` Trainable params: ${amount(trained.map(tensorOf))}`,
    ` Non-trainable params: ${amount(frozen.map(tensorOf))}`,
    ...(optimizer.length ? [` Optimizer params: ${amount(optimizer)}`] : []),
    '',
  ].join('\n')
}

function rowsOf(
  model: SummarizedModel,
  connected: Network | undefined,
  options: CompleteOptions,
  depth: number,
): string[][] {
  const names = new Map(
    Object.entries(model.sublayers()).map(([name, layer]) => [layer, (layer.config as LayerConfig).name ?? name]),
  )
  const variables = new Map<BaseLayer, Tensor[]>()
  for (const { layer, value } of listVariables(model)) variables.set(layer, [...(variables.get(layer) ?? []), value])
  const rows: string[][] = []
  for (const layer of shownLayers(model, names, depth === 0 ? options.layerRange : undefined)) {
    const own = layersWithin(layer).flatMap((within) => variables.get(within.layer) ?? [])
    const indent = depth === 0 ? '' : `${'   '.repeat(depth)}└ `
    const row = [`${indent}${names.get(layer)!} (${classNameOf(layer)})`, outputShapes(layer), count(own)]
    if (connected) row.push(depth === 0 ? connections(connected, layer) : '-')
    if (options.showTrainable) row.push(own.length === 0 ? '-' : layer.trainable ? 'Y' : 'N')
    rows.push(row)
    if (options.expandNested && 'layers' in layer) {
      rows.push(...rowsOf(layer as SummarizedModel, connected, options, depth + 1))
    }
  }
  return rows
}

/** The layers between the first that matches one end of the range and the last that matches the other, as in Keras. */
function shownLayers(
  { layers }: SummarizedModel,
  names: ReadonlyMap<BaseLayer, string>,
  range: CompleteOptions['layerRange'],
): readonly BaseLayer[] {
  if (range === undefined) return layers
  if (!Array.isArray(range) || range.length !== 2 || !range.every((end) => typeof end === 'string')) {
    throw new ConfigError(
      `summary: 'layerRange' must hold the names of the first and the last layer, as in ['a', 'b'], and is ${describeValue(range)}.`,
    )
  }
  const [first, last] = range.map((pattern: string) => {
    const matches = new RegExp(`^(?:${pattern})`)
    const found = layers.flatMap((layer, index) => (matches.test(names.get(layer)!) ? [index] : []))
    if (found.length > 0) return found
    throw new ConfigError(
      `summary: no layer matches '${pattern}' of 'layerRange'. The layers: ${[...names.values()].join(', ')}.`,
    )
  }) as [number[], number[]]
  const [from, to] = first[0]! > last.at(-1)! ? [last, first] : [first, last]
  return layers.slice(from[0], to.at(-1)! + 1)
}

function outputShapes(layer: BaseLayer): string {
  const shapes =
    layer instanceof Input
      ? [[layer.config.batchSize ?? null, ...layer.config.shape]]
      : (knownShapes(layer)?.outputs ?? [])
  const shown = shapes.map(formatKerasShape)
  if (shown.length === 0) return '?'
  return shown.length === 1 ? shown[0]! : `[${shown.join(', ')}]`
}

function formatKerasShape(shape: SymbolicShape): string {
  const list = shape.map((d) => d ?? 'None')
  return list.length === 1 ? `(${list[0]},)` : `(${list.join(', ')})`
}

function connections(network: Network, layer: BaseLayer): string {
  const sources = network.callsOf(layer).flatMap(({ tensors }) => tensors.map((tensor) => sourceOf(network, tensor)))
  return sources.length ? sources.join(', ') : '-'
}

function sourceOf(network: Network, tensor: SymbolicTensor): string {
  const call = callOf(tensor)
  const { layer, results } = call
  return `${network.nameOf(layer)}[${network.callsOf(layer).indexOf(call)}][${results.indexOf(tensor)}]`
}

function tensorOf({ value }: Variable): Tensor {
  return value
}

function count(tensors: readonly Tensor[]): string {
  return tensors.reduce((total, { size }) => total + size, 0).toLocaleString('en-US')
}

function amount(tensors: readonly Tensor[]): string {
  let bytes = tensors.reduce((total, { size, dtype }) => total + size * bytesPerElement(dtype), 0)
  let unit = 0
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  while (bytes >= 1024 && unit < units.length - 1) {
    bytes /= 1024
    unit++
  }
  return `${count(tensors)} (${bytes.toFixed(2)} ${units[unit]})`
}
