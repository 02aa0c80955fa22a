import { formatShape, isFloat } from '@gradus/tensor'
import type { Port } from '../model/ports.ts'
import { exactBytes, groupedNumber } from '../text/numbers.ts'
import { shownPath } from '../text/shown-path.ts'
import { textColumns, textTable } from '../text/text-table.ts'
import { bytesOfWeights, dtypesOf, type InspectedWeight, sizeOfWeights } from './inspect-model.ts'
import type { InspectedTraining, Inspection } from './inspection.ts'
import { histogramLine } from './weight-statistics.ts'

/** The inspection of a file as text. */
export function formatInspection({ file, model, training, columns, weights }: Inspection, cwd: string): string {
  const facts: (readonly [string, string])[] = [['format', `${file.format}, ${exactBytes(file.bytes)}`]]
  if (file.run) facts.push(['run', shownPath(file.run, cwd)])
  if (model) {
    const { parameters, flops, inputs, outputs, dtypes } = model
    facts.push(['model', `${model.type} '${model.name}'`])
    for (const port of inputs) facts.push(['input', portText(port)])
    for (const port of outputs) facts.push(['output', portText(port)])
    facts.push([
      'parameters',
      `${groupedNumber(parameters.total)}, ${groupedNumber(parameters.trainable)} trainable, ${exactBytes(parameters.bytes)} of ${dtypes.join(', ') || 'nothing'}`,
    ])
    const shown =
      flops.total === null
        ? `not counted: ${flops.reason}`
        : `${groupedNumber(flops.total)} for one sample (${flops.convention})`
    facts.push(['FLOPs', shown])
  } else {
    const size = `${exactBytes(bytesOfWeights(weights))} of ${dtypesOf(weights).join(', ') || 'nothing'}`
    facts.push(['model', 'none: the file holds weights only'])
    facts.push(['weights', `${groupedNumber(sizeOfWeights(weights))} numbers in ${weights.length} arrays, ${size}`])
  }
  if (training) facts.push(...trainingFacts(training))
  const parts = [shownPath(file.path, cwd), textColumns(facts, '  ').trimEnd()]
  if (columns) {
    const rows = columns.map(({ name, kind, text }) => [name, kind, text])
    parts.push('', 'Columns', tableOf(['column', 'kind', 'becomes'], rows))
  }
  if (model) {
    parts.push('', model.summary.trimEnd())
    if (model.flops.total !== null) parts.push('', 'FLOPs', layerTable(model.layers, model.flops.total))
  }
  if (weights.length > 0) parts.push('', 'Weights', weightTable(weights))
  return `${parts.join('\n')}\n`
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return textTable(head, rows, '  ').trimEnd()
}

function trainingFacts({ optimizer, loss, metrics, steps, stateTensors }: InspectedTraining): [string, string][] {
  const facts: [string, string][] = []
  const state = stateTensors > 0 ? `, ${groupedNumber(stateTensors)} tensors of state` : ''
  const after = steps === null ? '' : `${groupedNumber(steps)} ${steps === 1 ? 'step' : 'steps'}`
  if (optimizer !== null) facts.push(['optimizer', `${specText(optimizer)}${after && `, ${after}`}${state}`])
  else if (after) facts.push(['steps', after])
  if (loss !== null) facts.push(['loss', specText(loss)])
  if (metrics !== null) facts.push(['metrics', specText(metrics)])
  return facts
}

/** A loss, an optimizer or metrics as a file has them, in few words. */
function specText(spec: unknown): string {
  if (typeof spec === 'string') return spec
  if (Array.isArray(spec)) return spec.map(specText).join(', ') || 'none'
  if (typeof spec !== 'object' || spec === null) return String(spec)
  const { optimizer, loss, metric, function: fn, schedule, learningRate } = spec as Record<string, unknown>
  const name = [optimizer, loss, metric, fn, schedule].find((value) => typeof value === 'string')
  if (typeof name !== 'string') {
    return Object.entries(spec)
      .map(([key, value]) => `${key}: ${specText(value)}`)
      .join(', ')
  }
  return learningRate === undefined ? name : `${name}, learning rate ${specText(learningRate)}`
}

function portText({ name, shape, dtype }: Port): string {
  return `${name} [${shape.map(String).join(', ')}] ${dtype}`
}

function layerTable(layers: NonNullable<Inspection['model']>['layers'], total: number): string {
  const rows = layers.map(({ name, type, flops }) => [
    name,
    type,
    groupedNumber(flops ?? 0),
    total === 0 ? '' : `${((100 * (flops ?? 0)) / total).toFixed(1)} %`,
  ])
  const inLayers = layers.reduce((sum, { flops }) => sum + (flops ?? 0), 0)
  if (inLayers < total) rows.push(['(between layers)', '', groupedNumber(total - inLayers), ''])
  return tableOf(['layer', 'type', 'FLOPs', 'share'], [...rows, ['total', '', groupedNumber(total), '']])
}

function weightTable(weights: readonly InspectedWeight[]): string {
  const rows = weights.map((weight) => [
    weight.path,
    formatShape(weight.shape),
    weight.dtype,
    ...[weight.min, weight.max, weight.mean, weight.std].map((value) =>
      figure(value, isFloat(weight.dtype as 'float32')),
    ),
    groupedNumber(weight.zeros),
    groupedNumber(weight.notFinite),
    histogramLine(weight.histogram),
  ])
  const header = ['weight', 'shape', 'dtype', 'min', 'max', 'mean', 'std', 'zeros', 'not finite', 'histogram']
  return tableOf(header, rows)
}

function figure(value: number | null, isReal: boolean): string {
  if (value === null) return '-'
  if (!isReal && Number.isInteger(value)) return groupedNumber(value)
  if (value === 0) return '0'
  const size = Math.abs(value)
  return size >= 1e-3 && size < 1e5 ? String(Number(value.toPrecision(4))) : value.toExponential(2)
}
