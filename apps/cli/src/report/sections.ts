import type { WeightValue } from '@gradus/core'
import { encodeImg } from 'gradus'
import { stringify } from 'yaml'
import { relativeTo } from '../config/resolve-config.ts'
import { shortNumber } from '../text/numbers.ts'
import { type Calibration, calibrationOf } from './calibration.ts'
import { histogramChart } from './charts/histogram-chart.ts'
import { frequentConfusions, matrixChart, maxClasses } from './charts/matrix-chart.ts'
import { reliabilityChart } from './charts/reliability-chart.ts'
import { scatterChart } from './charts/scatter-chart.ts'
import type { Tone } from './charts/shapes.ts'
import { escaped, figureHtml, tableHtml } from './charts/svg.ts'
import type { Classes, Examination } from './examine.ts'
import { shownColumns } from './input-columns.ts'
import type { Section } from './page.ts'
import type { RunRecord } from './read-run.ts'
import { type Example, imageSize, worstExamples } from './worst.ts'

/** The largest number of arrays of weights with a histogram. */
const maxHistograms = 24

/** The most columns of inputs in the table of examples. */
const maxColumns = 12

const grid = (figures: readonly string[], small = false) =>
  `<div class="charts${small ? ' small' : ''}">${figures.join('\n')}</div>`

/** The confusion matrix and the calibration, or the predicted against the true values. */
export function predictionSections(run: RunRecord, examination: Examination): Section[] {
  const { role, file, samples, classes, outputs, predictions, unscaled } = examination
  const what = { test: 'held-out samples', validation: 'validation samples', train: 'training samples' }[role]
  const targets = examination.table?.targets.length ?? 1
  const first = targets > 1 && targets !== outputs ? ' Of several outputs the first one is shown.' : ''
  const lead = `<p class="soft">${samples.count} ${what} of ${escaped(file)}, predicted by the model of the best epoch.${first}</p>`
  if (classes) {
    const matrix = confusionOf(classes)
    const charts = [
      matrix.classes.length <= maxClasses ? figureHtml(matrixChart(matrix)) : confusionTable(matrix),
      figureHtml(reliabilityChart(calibrationOfClasses(classes))),
    ]
    return [{ title: 'Confusion and calibration', body: lead + grid(charts) }]
  }
  const { data } = samples.y
  if (outputs === 0 || outputs * samples.count !== data.length || outputs > maxColumns) return []
  const { target } = run.config.data
  const names = [target ?? []].flat()
  const charts = Array.from({ length: outputs }, (_, output) => {
    const pairs = Array.from({ length: samples.count }, (_, row) => {
      const at = row * outputs + output
      return [unscaled(Number(data[at])), unscaled(predictions[at]!)] as const
    })
    return figureHtml(scatterChart({ title: `${names[output] ?? `output ${output}`}: predicted and true`, pairs }))
  })
  return [{ title: 'Predicted and true values', body: lead + grid(charts) }]
}

export function calibrationOfClasses({ truth, predicted, confidence }: Classes): Calibration {
  return calibrationOf(
    confidence.map((value, index) => ({ confidence: value, right: truth[index] === predicted[index] })),
  )
}

function confusionOf({ names, truth, predicted }: Classes): { classes: readonly string[]; counts: number[][] } {
  const counts = names.map(() => new Array<number>(names.length).fill(0))
  truth.forEach((label, index) => {
    counts[label]![predicted[index]!]!++
  })
  return { classes: names, counts }
}

function confusionTable(matrix: ReturnType<typeof confusionOf>): string {
  const rows = frequentConfusions(matrix, 30).map(([truth, predicted, n]) => [truth, predicted, String(n)])
  const text = `The most frequent confusions of ${matrix.classes.length} classes.`
  return `<div><p class="soft">${text}</p>${tableHtml({ head: ['true class', 'predicted class', 'samples'], rows })}</div>`
}

/** The samples with the highest losses, with their inputs. */
export async function worstSection({ config }: RunRecord, examination: Examination): Promise<Section | undefined> {
  const examples = worstExamples(examination)
  if (examples.length === 0) return undefined
  const { labels } = examination.samples
  const columns = shownColumns(labels, examination.table)
  const size = imageSize(config, labels.length)
  const shown = size ? [] : columns.slice(0, maxColumns)
  const head = ['sample', ...(size ? ['input'] : []), 'truth', 'prediction', 'loss', ...shown.map(({ name }) => name)]
  const rows: string[] = []
  for (const example of examples) {
    const cells = [
      `<td>${example.row}</td>`,
      ...(size ? [`<td>${await image(example, size)}</td>`] : []),
      `<td>${escaped(example.truth)}</td>`,
      `<td>${escaped(example.prediction)}</td>`,
      `<td>${shortNumber(example.loss)}</td>`,
      ...shown.map((column) => `<td>${escaped(column.read(example.inputs))}</td>`),
    ]
    rows.push(`<tr>${cells.join('')}</tr>`)
  }
  const heads = head.map((text) => `<th scope="col">${escaped(text)}</th>`).join('')
  const rest =
    size || columns.length <= maxColumns ? '' : ` The first ${maxColumns} of ${columns.length} inputs are shown.`
  return {
    title: 'Examples that went most wrong',
    body:
      `<p class="soft">The samples of ${escaped(examination.file)} with the highest losses; numbers count the rows from 1.${rest}</p>` +
      `<div class="scroll" tabindex="0"><table><thead><tr>${heads}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`,
  }
}

/** The inputs as an image; the smallest value is black, the largest white. */
async function image({ inputs, row }: Example, [height, width]: readonly [number, number]): Promise<string> {
  const values = Array.from(inputs)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const data = Uint8Array.from(values, (value) => (255 * (value - low)) / (high - low || 1))
  const png = Buffer.from(await encodeImg({ data, width, height, channels: 1 })).toString('base64')
  return `<img class="input" alt="the inputs of sample ${row}" src="data:image/png;base64,${png}">`
}

/** Histograms of weights or of gradients. */
export function histogramSection(title: string, lead: string, weights: readonly WeightValue[], tone: Tone): Section {
  const lists = weights.filter(({ data }) => data.length > 1)
  const single = weights.filter(({ data }) => data.length === 1)
  const shown = lists.slice(0, maxHistograms)
  const charts = shown.map(({ path, shape, data }) =>
    figureHtml(histogramChart({ title: `${path} [${shape.join(', ')}]`, values: data as ArrayLike<number>, tone })),
  )
  const rest = lists.length - shown.length
  const more = [
    ...(rest > 0 ? [`${rest} further arrays are not shown.`] : []),
    ...single.slice(0, maxHistograms).map(({ path, data }) => `${path} is ${shortNumber(Number(data[0]))}.`),
  ].join(' ')
  return {
    title,
    body: `<p class="soft">${escaped(lead)}</p>${grid(charts, true)}<p class="soft">${escaped(more)}</p>`,
  }
}

/** The layers, the config, the environment and the data files. */
export function detailSections({ config, environment, summary, path }: RunRecord): Section[] {
  const { data = {}, versions = {}, machine = {}, git, startedAt, finishedAt, backend } = environment
  const files = Object.entries(data).map(([role, file]) => [role, file.path, String(file.bytes), file.sha256])
  const rows = [
    ...Object.entries(versions).map(([name, version]) => [name, String(version)]),
    ...Object.entries(machine).map(([name, value]) => [name, String(value)]),
    ['backend', String(backend ?? config.backend ?? 'auto')],
    ['commit', git ? `${git.commit}${git.changed ? ', with changes' : ''}` : 'no repository'],
    ['started', startedAt ?? 'unknown'],
    ['finished', finishedAt ?? 'not yet'],
    ['seed', String(config.seed)],
  ]
  return [
    ...(summary ? [{ title: 'Layers', body: `<pre tabindex="0">${escaped(summary)}</pre>` }] : []),
    { title: 'Config', body: `<pre tabindex="0">${escaped(stringify(relativeTo(path, config)))}</pre>` },
    { title: 'Environment', body: tableHtml({ head: ['part', 'value'], rows }) },
    ...(files.length > 0
      ? [{ title: 'Data files', body: tableHtml({ head: ['role', 'path', 'bytes', 'SHA-256'], rows: files }) }]
      : []),
  ]
}
