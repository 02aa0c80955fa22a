import { cpu } from '@gradus/backend-cpu'
import { batchSize, inferCall, input, type Layer, standIn } from '@gradus/core'
import {
  formatShape,
  isFloat,
  type Shape,
  type SymbolicTensor,
  type Tensor,
  type Tree,
  treeLeaves,
  treeReplace,
} from '@gradus/tensor'
import { demand } from '../check.ts'
import { assertAllClose } from '../compare.ts'
import { toDevice, toHost } from '../host.ts'
import type { LayerSetup } from './layer-setup.ts'
import { runLayer } from './run-layer.ts'
import { inferredShapes } from './shape-checks.ts'

/** Throws unless each unknown dimension gives a shape that fits the known one, or an error that names the layer. */
export function checkUnknownDimensions({ layer, inputs, many }: LayerSetup): void {
  const known = inferredShapes(layer, inputs, many).outputs.map(({ sizes }) => sizes)
  const axes = inputs[0]!.shape.slice(1).map((_, axis) => axis + 1)
  for (const unknown of [...axes.map((axis) => [axis]), axes]) {
    const symbols = inputs.map(({ shape, dtype }) => {
      const sizes = shape.slice(1).map((size, axis) => (unknown.includes(axis + 1) ? null : size))
      return input({ shape: sizes, dtype: isFloat(dtype) ? layer.dtype : dtype }) as SymbolicTensor
    })
    const label = `${layer.type} for inputs ${symbols.map(({ shape }) => formatShape(shape)).join(' and ')}`
    const found = readably(layer, label, () => inferCall(layer, many ? symbols : symbols[0]))
    found?.outputs.forEach(({ sizes }, index) => {
      const shape = sizes.map((size) => (typeof size === 'number' ? size : null))
      demand(
        shape.length === known[index]!.length &&
          shape.every((size, axis) => axis === 0 || size === null || size === known[index]![axis]),
        `${label}: ${formatShape(shape)} is inferred, and the output is ${formatShape(known[index] as Shape)}.`,
      )
    })
  }
}

/** Throws unless inputs of each rank are taken, or refused with an error that names the layer. */
export function checkOtherRanks({ layer, inputs, many }: LayerSetup): void {
  for (let rank = 1; rank <= 6; rank++) {
    const shape = Array.from({ length: rank }, (_, axis) => axis + 2)
    const label = `${layer.type} for inputs ${formatShape(shape)}`
    const list = inputs.map(({ dtype }) => standIn([batchSize, ...shape.slice(1)], dtype))
    readably(layer, label, () => inferCall(layer, many ? list : list[0]))
  }
}

/** Throws unless a call with arguments that are no tensors is refused with one of our errors. */
export function checkWrongArguments({ layer }: LayerSetup): void {
  for (const argument of [undefined, null, 'text', 3, {}, [], [null]] as unknown[]) {
    const label = `${layer.type}.call(${argument === undefined ? '' : JSON.stringify(argument)})`
    let works = true
    try {
      layer.call(argument as never)
    } catch (error) {
      works = false
      const { name, message } = error as Error
      demand(
        message.includes(layer.type),
        `${label} should throw an error that names ${layer.type}: ${name}: ${message}`,
      )
    }
    demand(!works, `${label} should throw an error.`)
  }
}

/** Throws unless the layer gives on its backend what it gives on the cpu backend. */
export async function checkReference(setup: LayerSetup, tolerance: number): Promise<void> {
  if (setup.backend.name === 'cpu') return
  const backend = cpu()
  const copy = async (tree: unknown): Promise<Tree> => {
    const moved: Tensor[] = []
    for (const leaf of treeLeaves(tree)) moved.push(toDevice(backend, await toHost(leaf)))
    return treeReplace(tree as Tree, moved)
  }
  const reference: LayerSetup = {
    ...setup,
    backend,
    params: (await copy(setup.params)) as LayerSetup['params'],
    state: (await copy(setup.state)) as LayerSetup['state'],
    ...(setup.mask && { mask: (await copy(setup.mask)) as Tensor }),
  }
  for (const training of [false, true]) {
    assertAllClose(
      `${setup.layer.type}, ${setup.backend.name} against cpu`,
      await runLayer(setup, { training, compiled: true }),
      await runLayer(reference, { training }),
      tolerance,
    )
  }
}

/** The result of `run`; undefined if it throws an error that names the layer. */
function readably<T>(layer: Layer, label: string, run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    const { name, message } = error as Error
    demand(
      /^(Shape|Config|Data)Error$/.test(name) && message.includes(layer.type),
      `${label} should work, or throw an error that names ${layer.type}: ${name}: ${message}`,
    )
    return undefined
  }
}
