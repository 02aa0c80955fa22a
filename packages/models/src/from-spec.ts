import {
  ConfigError,
  describeValue,
  Input,
  input,
  isModelSpec,
  isTensorRef,
  Layer,
  type LayerSpec,
  type ModelSpec,
  type Named,
  type SymbolicTensor,
  type TensorRef,
} from '@gradus/core'
import type { KnownNames } from './compile-options.ts'
import { Model } from './functional.ts'
import type { ModelBase } from './model-base.ts'
import type { NameResolver } from './resolve.ts'
import { Sequential } from './sequential.ts'

/** The model classes to build with. */
export interface ModelClasses<N extends KnownNames> {
  readonly Sequential: typeof Sequential<N>
  readonly Model: typeof Model<N>
}

/**
 * Builds a model from data: what `toSpec` gave, or the `model` part of a configuration. Layers are looked up in
 * `registry`. Errors name the place in the spec.
 *
 * @example
 * import { Registry } from '@gradus/core'
 * import { Dense } from '@gradus/layers'
 * import { fromSpec } from '@gradus/models'
 * const model = fromSpec({ model: 'Sequential', layers: [{ layer: 'Dense', units: 2, inputShape: [3] }] }, new Registry([Dense]))
 * model.countParams() // => 8
 */
export function fromSpec<N extends KnownNames>(
  spec: ModelSpec,
  registry: NameResolver,
  classes: ModelClasses<N> = { Sequential, Model } as ModelClasses<N>,
  path = 'model',
): ModelBase<N> {
  if (spec.model === 'Sequential') {
    if (!Array.isArray(spec.layers))
      throw new ConfigError(`${path}.layers must be a list of layers and is ${describeValue(spec.layers)}.`)
    const { model: _, layers, trainable, ...config } = spec
    const model = new classes.Sequential(
      layers.map((layer, index) => buildLayer(layer, registry, classes, `${path}.layers[${index}]`)),
      config,
    )
    if (trainable === false) model.trainable = false
    return model
  }
  if (spec.model === 'Functional') return buildFunctional(spec, registry, classes, path)
  throw new ConfigError(
    `${path}.model must be 'Sequential' or 'Functional' and is ${describeValue((spec as { model: unknown }).model)}.`,
  )
}

function buildLayer<N extends KnownNames>(
  spec: LayerSpec | ModelSpec,
  registry: NameResolver,
  classes: ModelClasses<N>,
  path: string,
): Layer {
  if (spec instanceof Layer) return spec
  if (spec !== null && typeof spec === 'object' && isModelSpec(spec))
    return fromSpec(spec, registry, classes, path) as unknown as Layer
  return registry.parse('layer', spec, path) as Layer
}

function buildFunctional<N extends KnownNames>(
  { layers, inputs, outputs, name, trainable, seed }: Extract<ModelSpec, { model: 'Functional' }> & { seed?: number },
  registry: NameResolver,
  classes: ModelClasses<N>,
  path: string,
): ModelBase<N> {
  const results = new Map<string, SymbolicTensor[][]>()
  const built = layers.map((node, index) => ({
    node,
    layer: buildLayer(named(node.spec, node.name), registry, classes, `${path}.layers[${index}]`),
    done: 0,
  }))
  for (const { node, layer } of built) {
    results.set(node.name, layer instanceof Input ? [[input({ ...layer.config, name: node.name })]] : [])
  }
  // Calls run as soon as their inputs exist, whatever the order in which layers are listed.
  let progress = true
  while (progress) {
    progress = false
    for (const entry of built) {
      for (let call = entry.node.calls[entry.done]; call; call = entry.node.calls[entry.done]) {
        const given = call.inputs.map((ref) => results.get(ref[0])?.[ref[1]]?.[ref[2]])
        if (given.some((tensor) => tensor === undefined)) break
        results.get(entry.node.name)!.push(entry.layer.callAll(call.many ? (given as SymbolicTensor[]) : given[0]!))
        entry.done++
        progress = true
      }
    }
  }
  const stuck = built.find(({ node, done }) => done < node.calls.length)
  if (stuck)
    throw new ConfigError(
      `${path}: a call of the layer '${stuck.node.name}' reads a tensor that no layer makes: ${JSON.stringify(stuck.node.calls[stuck.done]!.inputs)}.`,
    )
  const find = (ref: TensorRef): SymbolicTensor => {
    const tensor = results.get(ref[0])?.[ref[1]]?.[ref[2]]
    if (!tensor) throw new ConfigError(`${path}: there is no tensor ${JSON.stringify(ref)}.`)
    return tensor
  }
  const model = new classes.Model({
    ...(name !== undefined && { name }),
    ...(seed !== undefined && { seed }),
    inputs: refsOf(inputs).map(find),
    outputs: refsOf(outputs).map(find),
  })
  if (trainable === false) model.trainable = false
  return model
}

function named(spec: LayerSpec | ModelSpec, name: string): LayerSpec | ModelSpec {
  return spec.name === undefined ? { ...spec, name } : spec
}

function refsOf(refs: Named<TensorRef>): readonly TensorRef[] {
  if (isTensorRef(refs)) return [refs]
  return (Array.isArray(refs) ? refs : Object.values(refs)) as readonly TensorRef[]
}
