import { type BaseLayer, callOf, Input, knownShapes, type LayerCall, listVariables } from '@gradus/core'
import type { SymbolicShape, SymbolicTensor } from '@gradus/tensor'
import type { Network } from '../network/index.ts'
import { classNameOf } from './class-name.ts'

/** The options that decide what a plot shows. */
export interface PlotContents {
  readonly showShapes: boolean
  readonly showDtype: boolean
  readonly showLayerNames: boolean
  readonly showLayerActivations: boolean
  readonly showTrainable: boolean
  readonly expandNested: boolean
}

/** A layer in a plot. */
export interface PlotNode {
  readonly id: string
  readonly title: string
  /** Further lines, as `Output shape: (None, 4)`. */
  readonly lines: readonly string[]
}

/** A model whose layers are shown. */
export interface PlotGroup {
  readonly id: string
  /** The name of a nested model; the outer one has none. */
  readonly title?: string
  readonly nodes: PlotNode[]
  readonly groups: PlotGroup[]
}

/** Layers, the models that hold them, and arrows from layer to layer. */
export interface PlotGraph {
  readonly root: PlotGroup
  readonly edges: readonly (readonly [from: string, to: string])[]
}

/** The part of a model that is plotted. */
export interface PlottedModel extends BaseLayer {
  readonly name: string
  readonly layers: readonly BaseLayer[]
  readonly network: Network | undefined
}

/** Collects the layers of a model. A model that is not a graph of layers is one node. */
export function plotGraph(model: PlottedModel, contents: PlotContents): PlotGraph {
  return new Collector(contents).collect(model)
}

class Collector {
  private readonly ids = new Map<BaseLayer, string>()
  private readonly edges = new Map<string, readonly [string, string]>()
  private groups = 0

  constructor(private readonly contents: PlotContents) {}

  collect(model: PlottedModel): PlotGraph {
    const root: PlotGroup = { id: 'model', nodes: [], groups: [] }
    if (model.network) this.fill(root, model, model.network)
    else root.nodes.push(this.node(model, model.name, undefined))
    return { root, edges: [...this.edges.values()] }
  }

  private fill(group: PlotGroup, { layers }: PlottedModel, network: Network): void {
    for (const layer of layers) {
      if (this.ids.has(layer)) continue
      const name = network.nameOf(layer)
      const inner = this.expanded(layer)
      if (inner?.network) {
        const nested: PlotGroup = { id: `group${this.groups++}`, title: name, nodes: [], groups: [] }
        group.groups.push(nested)
        this.ids.set(layer, nested.id)
        this.fill(nested, inner, inner.network)
      } else group.nodes.push(this.node(layer, name, network.callsOf(layer)[0]))
    }
    const shown = new Set(layers)
    for (const call of network.calls) {
      call.tensors.forEach((x, index) => {
        const source = callOf(x)
        // a stack shows no input
        if (!shown.has(source.layer)) return
        this.connect(this.sourceOf(source.layer, source.results.indexOf(x)), this.targetOf(call.layer, index))
      })
    }
  }

  private connect(from: BaseLayer, to: BaseLayer): void {
    const edge = [this.ids.get(from)!, this.ids.get(to)!] as const
    this.edges.set(edge.join(' '), edge)
  }

  /** A model within the model, if its layers are shown. */
  private expanded(layer: BaseLayer): PlottedModel | undefined {
    return this.contents.expandNested && 'network' in layer && layer.network ? (layer as PlottedModel) : undefined
  }

  /** The layer that computes an output of a layer, within nested models. */
  private sourceOf(layer: BaseLayer, output: number): BaseLayer {
    const network = this.expanded(layer)?.network
    if (!network) return layer
    const inner = network.outputs[output]!
    const call = callOf(inner)
    return this.sourceOf(call.layer, call.results.indexOf(inner))
  }

  /** The layer that takes an input of a layer, within nested models. */
  private targetOf(layer: BaseLayer, input: number): BaseLayer {
    const model = this.expanded(layer)
    if (!model?.network) return layer
    const entry = model.network.inputs[input] ?? model.network.inputs[0]!
    const { layer: first } = callOf(entry)
    return model.layers.includes(first) ? first : this.targetOf(model.layers[0]!, 0)
  }

  private node(layer: BaseLayer, name: string, call: LayerCall | undefined): PlotNode {
    const id = `layer${this.ids.size}`
    this.ids.set(layer, id)
    const { showShapes, showDtype, showLayerNames, showLayerActivations, showTrainable } = this.contents
    const lines: string[] = []
    const activation = showLayerActivations ? activationOf(layer) : undefined
    if (activation) lines.push(`Activation: ${activation}`)
    if (showShapes) {
      if (!(layer instanceof Input) && call) lines.push(`Input shape: ${shapesOf(call.tensors)}`)
      lines.push(
        `Output shape: ${call ? shapesOf(call.results) : listed((knownShapes(layer)?.outputs ?? []).map(shapeText))}`,
      )
    }
    if (showDtype) lines.push(`Output dtype: ${listed((call?.results ?? []).map(({ dtype }) => dtype))}`)
    if (showTrainable && listVariables(layer).length > 0) lines.push(layer.trainable ? 'Trainable' : 'Non-trainable')
    return { id, title: showLayerNames ? `${name} (${classNameOf(layer)})` : classNameOf(layer), lines }
  }
}

function activationOf({ options }: BaseLayer): string | undefined {
  const { activation } = options as { readonly activation?: unknown }
  if (typeof activation !== 'function' && typeof activation !== 'object') return undefined
  const { type, name } = (activation ?? {}) as { readonly type?: unknown; readonly name?: unknown }
  return typeof type === 'string' ? type : typeof name === 'string' ? name : undefined
}

function shapesOf(tensors: readonly SymbolicTensor[]): string {
  return listed(tensors.map(({ shape }) => shapeText(shape)))
}

function shapeText(shape: SymbolicShape): string {
  const list = shape.map((d) => d ?? 'None')
  return list.length === 1 ? `(${list[0]},)` : `(${list.join(', ')})`
}

function listed(texts: readonly string[]): string {
  if (texts.length === 0) return '?'
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`
}
