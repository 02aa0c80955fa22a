import {
  type BaseLayer,
  batchSize,
  type CallShapes,
  fieldsOf,
  inferCall,
  initLayer,
  type Layer,
  layersWithin,
  Rng,
  standIn,
} from '@gradus/core'
import { compile } from '@gradus/graph'
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
import { type Check, demand, errorOf, withSkips } from '../check.ts'
import { assertAlike, assertAllClose } from '../compare.ts'
import { instanceOf } from '../configured-source.ts'
import { type HostTensor, takeToHost, toDevice, toHost } from '../host.ts'
import { refusesUnknownOptions, roundTrip, withOptions } from '../round-trip.ts'
import { type Bench, benchFor, callLayer, keyOf, maskOf, placeInputs, shapesOf } from './bench.ts'
import { descends } from './descent.ts'
import { checkGradients } from './gradients.ts'
import type { LayerCheckOptions, LayerSource } from './options.ts'

/**
 * Everything a layer must do, as checks for any test runner: shapes and dtypes as inferred, parameter counts, config round
 * trip, gradients of parameters and inputs against finite differences in float64, compiled equals eager, the same rng gives
 * the same result, inference needs no rng, samples are independent, float16 gives about the same, descent reduces a loss,
 * wrong options and shapes are refused.
 *
 * @example
 * import { Layer } from '@gradus/core'
 * import { mul } from '@gradus/tensor'
 * import { layerChecks, runChecks } from '@gradus/testing/checks'
 * class Double extends Layer {
 *   static type = 'acme/Double'
 *   apply(x) {
 *     return mul(x, 2)
 *   }
 * }
 * const outcomes = await runChecks(layerChecks(Double, { inputShape: [2, 3], expectedOutputShape: [2, 3] }))
 * outcomes.filter(({ status }) => status !== 'passed') // => []
 */
export function layerChecks(source: LayerSource, options: LayerCheckOptions): Check[] {
  const bench = (dtype: 'float32' | 'float64' = 'float32') => benchFor(source, options, dtype)
  const check = (name: string, run: () => void | Promise<void>): Check => ({ name, run })
  const { invalidInputShape, supportsMasking, batchIndependent = true } = options
  const checks = [
    check('shapes and dtypes are as inferred', async () => {
      for (const dtype of ['float32', 'float64'] as const) await checkShapes(await bench(dtype), options)
    }),
    check('parameters and state have the expected sizes', async () => checkCounts(await bench(), options)),
    check('its config survives JSON', async () => checkRoundTrip(await bench(), options)),
    ...[false, true].map((training) => ({
      ...check(`gradients agree with finite differences, ${training ? 'training' : 'inference'}`, async () =>
        checkGradients(await bench('float64'), training, options.gradientTolerance ?? 1e-6),
      ),
      group: 'gradients agree with finite differences',
    })),
    check('compiled equals eager', async () => checkCompiled(await bench(), options)),
    check('mixedFloat16 gives about the same', async () => checkMixed(await bench())),
    check('the same rng gives the same result', async () => checkDeterminism(await bench())),
    check('inference does not depend on the rng', async () => checkInference(await bench())),
    ...(batchIndependent
      ? [check('samples do not depend on each other', async () => checkBatch(await bench(), options))]
      : []),
    ...(options.trains === false
      ? []
      : [check('gradient descent reduces a loss', async () => descends(await bench('float64'), options))]),
    ...(invalidInputShape
      ? [
          check('a wrong shape is refused', () =>
            checkRefusal(instanceOf(source, options.config), options, invalidInputShape),
          ),
        ]
      : []),
    ...(supportsMasking === undefined
      ? []
      : [
          check('says whether it supports masks', async () => {
            const { layer } = await bench()
            demand(
              layer.supportsMasking === supportsMasking,
              `${layer.type}.supportsMasking is ${layer.supportsMasking} and should be ${supportsMasking}.`,
            )
          }),
        ]),
    ...(typeof source.prototype === 'object' && fieldsOf(source)
      ? [check('an unknown option is refused', () => refusesUnknownOptions(instanceOf(source, options.config)))]
      : []),
  ]
  return withSkips(checks, options.skip ?? {})
}

async function run(
  bench: Bench,
  { training = false, seed = 7, layer = bench.layer, compiled = false } = {},
): Promise<HostTensor[]> {
  const f = (params: Bench['params'], state: Bench['state'], inputs: readonly Tensor[], key: Tensor) =>
    callLayer({ ...bench, layer }, { params, state, inputs, key, training })
  const inputs = placeInputs(bench)
  const key = keyOf(bench.backend, seed)
  const result = onBackend(bench.backend, () => (compiled ? compile(f) : f)(bench.params, bench.state, inputs, key))
  const host: HostTensor[] = []
  for (const leaf of treeLeaves(result)) host.push(await toHost(leaf))
  return host
}

async function checkShapes(bench: Bench, options: LayerCheckOptions): Promise<void> {
  const { layer, many, backend, params, state, inputs } = bench
  const inferred = shapesFor(layer, inputs, many)
  const open = shapesFor(layer, inputs, many, true)
  for (const [path, own] of Object.entries(params)) {
    const known = [...inferred.layers].find(([found]) => placeOf(layer, found) === path)![1]
    assertForm(`${layer.type}: parameters`, treeLeaves(own), treeLeaves(known.params))
  }
  for (const training of [false, true]) {
    const key = keyOf(backend, 7)
    const result = onBackend(backend, () =>
      callLayer(bench, { params, state, inputs: placeInputs(bench), key, training }),
    )
    const what = `${layer.type}, ${training ? 'training' : 'inference'}`
    demand(
      result.outputs.length === inferred.outputs.length,
      `${what}: ${result.outputs.length} outputs and ${inferred.outputs.length} inferred.`,
    )
    result.outputs.forEach((output, index) => {
      const { sizes, dtype } = inferred.outputs[index]!
      assertAlike(`${what}, output ${index} against inference`, output, { shape: sizes, dtype } as HostTensor)
      const shape = open.outputs[index]!.sizes.map((size) => (typeof size === 'number' ? size : null))
      demand(
        shape.every((d, axis) => d === null || d === output.shape[axis]),
        `${what}: with an unknown batch, ${formatShape(shape)} is inferred, and the output is ${formatShape(output.shape)}.`,
      )
    })
    assertForm(`${what}: new state`, treeLeaves(result.state as Tree), treeLeaves(state as Tree))
    expectOutputs(what, result.outputs, options)
    await takeToHost(result.outputs)
  }
}

function placeOf(layer: Layer, within: BaseLayer): string | undefined {
  return layersWithin(layer).find((place) => place.layer === within)?.path
}

/** What a call gives for inputs of these shapes, or for batches of any size. */
function shapesFor(
  layer: Layer,
  inputs: readonly Pick<HostTensor, 'shape' | 'dtype'>[],
  many: boolean,
  anyBatch = false,
): CallShapes {
  const list = inputs.map(({ shape, dtype }) => standIn(anyBatch ? [batchSize, ...shape.slice(1)] : shape, dtype))
  return inferCall(layer, many ? list : list[0])
}

function assertForm(what: string, actual: readonly Tensor[], expected: readonly Tensor[]): void {
  demand(actual.length === expected.length, `${what}: ${actual.length} tensors instead of ${expected.length}.`)
  actual.forEach((tensor, index) => {
    assertAlike(`${what}, tensor ${index}`, tensor, expected[index]!)
  })
}

function expectOutputs(
  what: string,
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
        `${what}: output ${index} has shape ${formatShape(shape)} and ${formatShape(shapes[index] ?? [])} was expected.`,
      )
    })
  }
  if (expectedOutputDtype && !isFloat(expectedOutputDtype)) {
    for (const { dtype } of outputs)
      demand(dtype === expectedOutputDtype, `${what}: the output is ${dtype} and ${expectedOutputDtype} was expected.`)
  }
}

function checkCounts({ layer, params, state }: Bench, { expectedParams, expectedState }: LayerCheckOptions): void {
  for (const [what, tree, expected] of [
    ['parameters', params, expectedParams],
    ['state values', state, expectedState],
  ] as const) {
    const count = treeLeaves(tree).reduce((total, { shape }) => total + sizeOf(shape), 0)
    demand(
      expected === undefined || count === expected,
      `${layer.type} has ${count} ${what} and ${expected} were expected.`,
    )
  }
}

async function checkRoundTrip(bench: Bench, options: LayerCheckOptions): Promise<void> {
  const copy = roundTrip(bench.layer)
  for (const training of [false, true]) {
    assertAllClose(
      `${copy.type} from JSON`,
      await run(bench, { training, layer: copy }),
      await run(bench, { training }),
      0,
    )
  }
  const shape = options.inputShapes ?? shapesOf(options)[0]!
  const init = (layer: Layer) => onBackend(bench.backend, () => initLayer(layer, shape, new Rng(3)).params)
  assertAllClose(
    `${copy.type} from JSON, initial parameters`,
    await takeToHost(init(copy)),
    await takeToHost(init(bench.layer)),
    0,
  )
}

async function checkCompiled(bench: Bench, { tolerance = 1e-5 }: LayerCheckOptions): Promise<void> {
  for (const training of [false, true]) {
    const eager = await run(bench, { training })
    assertAllClose(
      `${bench.layer.type}, compiled against eager`,
      await run(bench, { training, compiled: true }),
      eager,
      tolerance,
    )
  }
}

/** Parameters and state stay in float32, floating outputs are float16. */
async function checkMixed(bench: Bench): Promise<void> {
  const layer = withOptions(bench.layer, { dtype: 'mixedFloat16' })
  for (const training of [false, true]) {
    const wide = await run(bench, { training })
    const mixed = await run(bench, { training, layer })
    const outputs = shapesFor(layer, bench.inputs, bench.many).outputs
    mixed.forEach(({ dtype }, index) => {
      const wanted = outputs[index]?.dtype ?? wide[index]!.dtype
      demand(dtype === wanted, `${layer.type}, mixedFloat16: tensor ${index} is ${dtype} instead of ${wanted}.`)
      demand(dtype !== 'float32' || index >= outputs.length, `${layer.type}, mixedFloat16: output ${index} is float32.`)
    })
    const alike = mixed.map((tensor, index) => ({ ...tensor, dtype: wide[index]!.dtype }))
    assertAllClose(`${layer.type}, mixedFloat16 against float32`, alike, wide, 2e-2)
  }
}

async function checkDeterminism(bench: Bench): Promise<void> {
  for (const training of [false, true]) {
    assertAllClose(
      `${bench.layer.type}, called twice with the same rng`,
      await run(bench, { training }),
      await run(bench, { training }),
      0,
    )
  }
}

async function checkInference(bench: Bench): Promise<void> {
  assertAllClose(
    `${bench.layer.type}, inference with another rng`,
    await run(bench, { seed: 8 }),
    await run(bench, { seed: 7 }),
    0,
  )
}

async function checkBatch(bench: Bench, options: LayerCheckOptions): Promise<void> {
  const { layer, backend, inputs, many } = bench
  const batch = inputs[0]!.shape[0]!
  const whole = (await run(bench)).slice(0, shapesFor(layer, inputs, many).outputs.length)
  for (let sample = 0; sample < batch; sample++) {
    const one = { ...bench, inputs: inputs.map((input) => rowOf(input, sample)) }
    const shapes = one.inputs.map(({ shape }) => shape)
    const { state } = onBackend(backend, () => initLayer(layer, many ? shapes : shapes[0]!, new Rng(1)))
    const mask = options.mask && toDevice(backend, maskOf([options.mask[sample]!]))
    const alone = (await run({ ...one, state, ...(mask && { mask }) })).slice(0, whole.length)
    assertAllClose(
      `${layer.type}, sample ${sample} alone`,
      alone,
      whole.map((output) => rowOf(output, sample)),
      options.tolerance ?? 1e-5,
    )
  }
}

function rowOf({ shape, dtype, values }: HostTensor, row: number): HostTensor {
  const size = sizeOf(shape.slice(1))
  return { shape: [1, ...shape.slice(1)], dtype, values: values.slice(row * size, (row + 1) * size) }
}

function checkRefusal(layer: Layer, options: LayerCheckOptions, invalid: Shape | readonly Shape[]): void {
  const shapes = (Array.isArray(invalid[0]) ? invalid : [invalid]) as readonly Shape[]
  const error = errorOf(`${layer.type} for an input of shape ${shapes.map(formatShape).join(' and ')}`, () =>
    shapesFor(
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
