import { type BaseLayer, batchSize, type CallShapes, inferCall, type Layer, layersWithin, standIn } from '@gradus/core'
import {
  type DType,
  formatShape,
  isFloat,
  onBackend,
  type Shape,
  sameShape,
  sizeOf,
  type Tensor,
  type Tree,
  treeLeaves,
} from '@gradus/tensor'
import { demand, errorOf } from '../check.ts'
import { assertAlike } from '../compare.ts'
import { type HostTensor, takeToHost } from '../host.ts'
import { callLayer, keyOf, type LayerSetup, uploadInputs } from './layer-setup.ts'
import type { LayerCheckOptions } from './options.ts'

/**
 * Throws unless parameters, outputs and new state have the inferred and expected shapes and dtypes, also with an unknown batch
 * size.
 */
export async function checkShapes(setup: LayerSetup, options: LayerCheckOptions): Promise<void> {
  const { layer, many, backend, params, state, inputs } = setup
  const inferred = inferredShapes(layer, inputs, many)
  const openBatch = inferredShapes(layer, inputs, many, true)
  for (const [path, own] of Object.entries(params)) {
    const known = [...inferred.layers].find(([found]) => pathOf(layer, found) === path)![1]
    assertForm(`${layer.type}: parameters`, treeLeaves(own), treeLeaves(known.params))
  }
  for (const training of [false, true]) {
    const key = keyOf(backend, 7)
    const result = onBackend(backend, () =>
      callLayer(setup, { params, state, inputs: uploadInputs(setup), key, training }),
    )
    const label = `${layer.type}, ${training ? 'training' : 'inference'}`
    demand(
      result.outputs.length === inferred.outputs.length,
      `${label}: ${result.outputs.length} outputs and ${inferred.outputs.length} inferred.`,
    )
    result.outputs.forEach((output, index) => {
      const { sizes, dtype } = inferred.outputs[index]!
      assertAlike(`${label}, output ${index} against inference`, output, { shape: sizes, dtype } as HostTensor)
      const shape = openBatch.outputs[index]!.sizes.map((size) => (typeof size === 'number' ? size : null))
      demand(
        shape.every((d, axis) => d === null || d === output.shape[axis]),
        `${label}: with an unknown batch, ${formatShape(shape)} is inferred, and the output is ${formatShape(output.shape)}.`,
      )
    })
    assertForm(`${label}: new state`, treeLeaves(result.state as Tree), treeLeaves(state as Tree))
    expectOutputs(label, result.outputs, options)
    await takeToHost(result.outputs)
  }
}

/** Throws unless parameters and state have the expected numbers of values. */
export function checkCounts(
  { layer, params, state }: LayerSetup,
  { expectedParams, expectedState }: LayerCheckOptions,
): void {
  for (const [label, tree, expected] of [
    ['parameters', params, expectedParams],
    ['state values', state, expectedState],
  ] as const) {
    const count = treeLeaves(tree).reduce((total, { shape }) => total + sizeOf(shape), 0)
    demand(
      expected === undefined || count === expected,
      `${layer.type} has ${count} ${label} and ${expected} were expected.`,
    )
  }
}

/** Throws unless a shape is refused with a `ShapeError` that names the layer. */
export function checkRefusal(layer: Layer, options: LayerCheckOptions, invalid: Shape | readonly Shape[]): void {
  const shapes = (Array.isArray(invalid[0]) ? invalid : [invalid]) as readonly Shape[]
  const error = errorOf(`${layer.type} for an input of shape ${shapes.map(formatShape).join(' and ')}`, () =>
    inferredShapes(
      layer,
      shapes.map((shape) => ({ shape, dtype: layer.inputDType as DType })),
      options.inputShapes !== undefined,
    ),
  )
  demand(
    error.name === 'ShapeError' && error.message.includes(layer.type),
    `The error for a wrong shape should be a ShapeError that names ${layer.type}: ${error.name}: ${error.message}`,
  )
}

/** The inferred shapes of a call with these inputs; with `anyBatch` for an unknown batch size. */
export function inferredShapes(
  layer: Layer,
  inputs: readonly Pick<HostTensor, 'shape' | 'dtype'>[],
  many: boolean,
  anyBatch = false,
): CallShapes {
  const list = inputs.map(({ shape, dtype }) => standIn(anyBatch ? [batchSize, ...shape.slice(1)] : shape, dtype))
  return inferCall(layer, many ? list : list[0])
}

/** The path of a nested layer. */
function pathOf(layer: Layer, nested: BaseLayer): string | undefined {
  return layersWithin(layer).find((entry) => entry.layer === nested)?.path
}

function assertForm(label: string, actual: readonly Tensor[], expected: readonly Tensor[]): void {
  demand(actual.length === expected.length, `${label}: ${actual.length} tensors instead of ${expected.length}.`)
  actual.forEach((tensor, index) => {
    assertAlike(`${label}, tensor ${index}`, tensor, expected[index]!)
  })
}

function expectOutputs(
  label: string,
  outputs: readonly Tensor[],
  { expectedOutputShape, expectedOutputDtype }: LayerCheckOptions,
): void {
  if (expectedOutputShape) {
    const shapes = (
      Array.isArray(expectedOutputShape[0]) ? expectedOutputShape : [expectedOutputShape]
    ) as readonly Shape[]
    outputs.forEach(({ shape }, index) => {
      demand(
        sameShape(shape, shapes[index] ?? []),
        `${label}: output ${index} has shape ${formatShape(shape)} and ${formatShape(shapes[index] ?? [])} was expected.`,
      )
    })
  }
  if (expectedOutputDtype && !isFloat(expectedOutputDtype)) {
    for (const { dtype } of outputs)
      demand(dtype === expectedOutputDtype, `${label}: the output is ${dtype} and ${expectedOutputDtype} was expected.`)
  }
}
