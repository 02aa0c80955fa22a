import type { WeightValue } from '@gradus/core'
import { stringify } from 'yaml'
import { relativeTo } from '../config/resolve-config.ts'
import { shortNumber } from '../text/numbers.ts'
import { histogramChart } from './charts/histogram-chart.ts'
import type { Tone } from './charts/shapes.ts'
import { escaped, figureHtml, tableHtml } from './charts/svg.ts'
import { grid, type Section } from './page.ts'
import type { RunRecord } from './read-run.ts'

/** The largest number of arrays of weights with a histogram. */
const maxHistograms = 24

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
    body: `<p class="soft">${escaped(lead)}</p>${grid(charts, 'small')}<p class="soft">${escaped(more)}</p>`,
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
