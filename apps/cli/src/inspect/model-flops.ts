import { type InferenceGraphOptions, traceInference } from '@gradus/export-js'
import type { Tensor } from '@gradus/tensor'
import { currentInterpreter, type Interpreter, type Op, withInterpreter } from '@gradus/tensor/internals'
import type { Model } from 'gradus'
import { flopsOf, neededNodes } from './flops.ts'

/** The floating-point operations of a forward pass for one sample. */
export interface ModelFlops {
  readonly total: number
  /** Of the layers of the model, in their order; layers within layers count for the outer one. */
  readonly layers: readonly number[]
}

type Layers = Model['layers']

/**
 * Counts the operations of a forward pass, by the layers that apply them. Nodes that no output needs do not count. Throws `ConfigError`
 * for a model that cannot be traced, such as one of unknown sizes.
 */
export function modelFlops(model: Model, options: InferenceGraphOptions): ModelFlops {
  const { layers } = model
  const owners: number[] = []
  const running: number[] = []
  const restore = watch(layers, running)
  try {
    const { graph } = traceInference(model, options, (call) =>
      withInterpreter(
        noting(currentInterpreter(), () => owners.push(running[0] ?? -1)),
        call,
      ),
    )
    const needed = neededNodes(graph)
    const counted = flopsOf(graph).map((flops, node) => (needed[node] ? flops : 0))
    const ofLayers = layers.map((_, layer) =>
      counted.reduce((sum, flops, node) => (owners[node] === layer ? sum + flops : sum), 0),
    )
    return { total: counted.reduce((sum, flops) => sum + flops, 0), layers: ofLayers }
  } finally {
    restore()
  }
}

/** Keeps the layers that run in `running`, the outermost first. Returns the function that ends that. */
function watch(layers: Layers, running: number[]): () => void {
  for (const [index, layer] of layers.entries()) {
    const original = layer.apply
    const watched = function (this: unknown, ...args: Parameters<typeof original>) {
      running.push(index)
      try {
        return original.apply(layer, args)
      } finally {
        running.pop()
      }
    }
    Object.defineProperty(layer, 'apply', { value: watched, configurable: true, enumerable: false })
  }
  return () => {
    for (const layer of layers) Reflect.deleteProperty(layer, 'apply')
  }
}

/** Passes primitives to the interpreter below, and calls `note` for each. */
function noting(below: Interpreter, note: () => void): Interpreter {
  const interpreter: Interpreter = {
    apply(op: Op, inputs: readonly Tensor[], params: unknown): readonly Tensor[] {
      if (op.inline) return [withInterpreter(interpreter, () => op.inline!(inputs, params))]
      note()
      return below.apply(op, inputs, params)
    },
  }
  return interpreter
}
