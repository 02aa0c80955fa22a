import { Input, type Layer, type SymbolicShape } from '@gradus/core'
import { bytesPerElement, type Tensor } from '@gradus/tensor'
import type { Network } from './network.ts'
import { formatTable, type TableColumn } from './table.ts'
import { isComposite, listVariables, type Variable } from './variables.ts'

export interface SummaryOptions {
  /** Width of the table in characters (default 76). */
  readonly lineLength?: number
  /** Show the layers of nested models (default false). */
  readonly expandNested?: boolean
  /** Show which layers are trained (default false). */
  readonly showTrainable?: boolean
}

interface SummaryInput {
  readonly name: string
  readonly sequential: boolean
  readonly network: Network
  /** What the optimizer remembers, once it has started. */
  readonly optimizer: readonly Tensor[]
}

/** The table of a model as Keras 3 prints it. */
export function formatSummary({ name, sequential, network, optimizer }: SummaryInput, options: SummaryOptions): string {
  const { lineLength = 76, showTrainable = false } = options
  const linear = sequential || isLinear(network)
  const columns: TableColumn[] = [
    { header: 'Layer (type)', align: 'left', until: linear ? 0.45 : 0.3 },
    { header: 'Output Shape', align: 'left', until: linear ? 0.8 : 0.56 },
    { header: 'Param #', align: 'right', until: linear ? 1 : 0.74 },
  ]
  if (!linear) columns.push({ header: 'Connected to', align: 'left', until: 1 })
  const shown = showTrainable
    ? [
        ...columns.map((column) => ({ ...column, until: column.until * 0.9 })),
        { header: 'Trainable', align: 'center' as const, until: 1 },
      ]
    : columns
  const rows = rowsOf(network, sequential, linear, options, 0)
  const variables = listVariables(network)
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
  network: Network,
  sequential: boolean,
  linear: boolean,
  options: SummaryOptions,
  depth: number,
): string[][] {
  const variables = listVariables(network)
  const rows: string[][] = []
  for (const layer of network.layers) {
    if (sequential && layer instanceof Input) continue
    const name = network.nameOf(layer)
    const own = variables.filter(({ path }) => path.startsWith(`${name}.`))
    const indent = depth === 0 ? '' : `${'   '.repeat(depth)}└ `
    const row = [`${indent}${name} (${layer.type})`, outputShape(network, layer), count(own.map(tensorOf))]
    if (!linear) row.push(depth === 0 ? connections(network, layer) : '-')
    if (options.showTrainable) row.push(own.length === 0 ? '-' : layer.trainable ? 'Y' : 'N')
    rows.push(row)
    if (options.expandNested && isComposite(layer)) {
      rows.push(...rowsOf(layer.network, layer.type === 'Sequential', linear, options, depth + 1))
    }
  }
  return rows
}

function outputShape(network: Network, layer: Layer): string {
  const { outputs } = network.calls.find((call) => call.layer === layer)!
  const shapes = outputs.map(({ shape }) => formatKerasShape(shape))
  return shapes.length === 1 ? shapes[0]! : `[${shapes.join(', ')}]`
}

function formatKerasShape(shape: SymbolicShape): string {
  const list = shape.map((d) => d ?? 'None')
  return list.length === 1 ? `(${list[0]},)` : `(${list.join(', ')})`
}

function connections(network: Network, layer: Layer): string {
  const calls = network.calls.filter((call) => call.layer === layer)
  const sources = calls.flatMap(({ inputs }) =>
    inputs.map(({ source }) => {
      const index = network.calls.filter((call) => call.layer === source.layer).indexOf(source)
      const output = source.outputs.findIndex((tensor) => inputs.includes(tensor))
      return `${network.nameOf(source.layer)}[${index}][${output}]`
    }),
  )
  return sources.length ? sources.join(', ') : '-'
}

/** Whether the layers form a single chain, which needs no column for connections. */
function isLinear(network: Network): boolean {
  const used = new Map<unknown, number>()
  for (const { inputs } of network.calls) for (const { source } of inputs) used.set(source, (used.get(source) ?? 0) + 1)
  return (
    network.calls.length === network.layers.length &&
    network.calls.every(({ inputs }) => inputs.length <= 1) &&
    [...used.values()].every((uses) => uses === 1)
  )
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
