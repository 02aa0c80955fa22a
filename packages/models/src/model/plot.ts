import { type ConfigOf, completeConfig, type OptionsOf } from '@gradus/core'
import { type PlottedModel, plotGraph } from './plot-graph.ts'
import { svgOf } from './plot-svg.ts'
import { dotOf, mermaidOf } from './plot-text.ts'

const plotFields = {
  /** The form of the text: an SVG image, or a graph in the language of Graphviz or of Mermaid. */
  format: { oneOf: ['svg', 'dot', 'mermaid'], default: 'svg' },
  showShapes: { type: 'boolean', default: false },
  showDtype: { type: 'boolean', default: false },
  /** Whether the names of layers are shown, beside their types. */
  showLayerNames: { type: 'boolean', default: false },
  showLayerActivations: { type: 'boolean', default: false },
  showTrainable: { type: 'boolean', default: false },
  /** Whether the layers of nested models are shown. */
  expandNested: { type: 'boolean', default: false },
  /** The direction of the arrows: top to bottom, left to right, or the other way. */
  rankdir: { oneOf: ['TB', 'LR', 'BT', 'RL'], default: 'TB' },
} as const

/** Options of `plotModel`. */
export interface PlotOptions extends ConfigOf<typeof plotFields> {}

/**
 * Returns a drawing of the layers of a model as text. A subclassed model is one box. Throws `ConfigError` for unknown options, and
 * for a model that does not know its input shape yet. Keras: `plot_model`, `model_to_dot`.
 *
 * @example
 * import { Dense } from '@gradus/layers'
 * import { plotModel, Sequential } from '@gradus/models'
 * const model = new Sequential([new Dense({ units: 4, inputShape: [3] }), new Dense({ units: 1 })])
 * const lines = plotModel(model, { format: 'mermaid', showShapes: true }).split('\n')
 * lines[2] // => '  layer1["Dense<br/>Input shape: (None, 4)<br/>Output shape: (None, 1)"]'
 */
export function plotModel(model: PlottedModel & { build(): unknown }, options: PlotOptions = {}): string {
  const { format, rankdir, ...contents } = completeConfig('plotModel', options, plotFields) as OptionsOf<
    typeof plotFields
  >
  model.build()
  const graph = plotGraph(model, contents)
  if (format === 'svg') return svgOf(graph, rankdir)
  return format === 'dot' ? dotOf(graph, rankdir) : mermaidOf(graph, rankdir)
}
