import { fieldsOf, initLayer, type Layer, Rng } from '@gradus/core'
import { onBackend, sizeOf } from '@gradus/tensor'
import { type Check, demand, inFloat64, withSkips } from '../check.ts'
import { assertAllClose } from '../compare.ts'
import { optionChecks } from '../config-checks.ts'
import { instanceOf } from '../configured-source.ts'
import { type HostTensor, takeToHost, toDevice } from '../host.ts'
import { roundTrip, withOptions } from '../round-trip.ts'
import { descends } from './descent.ts'
import { checkOtherRanks, checkReference, checkUnknownDimensions, checkWrongArguments } from './edge-checks.ts'
import { checkGradients } from './gradients.ts'
import { type LayerSetup, maskOf, setUpLayer, shapesOf } from './layer-setup.ts'
import type { LayerCheckOptions, LayerSource } from './options.ts'
import { runLayer } from './run-layer.ts'
import { checkCounts, checkRefusal, checkShapes, inferredShapes } from './shape-checks.ts'

/**
 * The requirements of a layer, as checks for any test runner. Shapes and dtypes are as inferred; the numbers of parameters
 * are as expected; the config survives JSON; gradients by parameters and inputs agree with finite differences in float64;
 * compiled equals eager; float16 gives about the same; the same rng gives the same result, and inference needs none; samples
 * are independent, and a batch of one works; gradient descent reduces a loss in compiled steps; unknown dimensions are inferred;
 * wrong options, shapes and arguments are refused with errors that name the layer; the cpu backend gives the same.
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
  const setup = (dtype: 'float32' | 'float64' = 'float32') => setUpLayer(source, options, dtype)
  const check = (name: string, run: () => void | Promise<void>): Check => ({ name, run })
  const { invalidInputShape, supportsMasking, batchIndependent = true, float64 = true } = options
  const widest = float64 ? 'float64' : 'float32'
  const checks = [
    check('shapes and dtypes are as inferred', async () => {
      for (const dtype of new Set(['float32', widest] as const)) await checkShapes(await setup(dtype), options)
    }),
    check('parameters and state have the expected sizes', async () => checkCounts(await setup(), options)),
    check('its config survives JSON', async () => checkRoundTrip(await setup(), options)),
    ...inFloat64(
      float64,
      [false, true].map((training) => ({
        ...check(`gradients agree with finite differences, ${training ? 'training' : 'inference'}`, async () =>
          checkGradients(await setup('float64'), training, options.gradientTolerance ?? 1e-6),
        ),
        group: 'gradients agree with finite differences',
      })),
    ),
    check('compiled equals eager', async () => checkCompiled(await setup(), options)),
    check('mixedFloat16 gives about the same', async () => checkMixed(await setup())),
    check('the same rng gives the same result', async () => checkDeterminism(await setup())),
    check('inference does not depend on the rng', async () => checkInference(await setup())),
    ...(batchIndependent
      ? [check('samples do not depend on each other', async () => checkBatch(await setup(), options))]
      : []),
    ...(options.trains === false
      ? []
      : [check('gradient descent reduces a loss', async () => descends(await setup(widest), options))]),
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
          check('has the expected supportsMasking', async () => {
            const { layer } = await setup()
            demand(
              layer.supportsMasking === supportsMasking,
              `${layer.type}.supportsMasking is ${layer.supportsMasking} and should be ${supportsMasking}.`,
            )
          }),
        ]),
    check('unknown dimensions are inferred, or refused by name', async () => checkUnknownDimensions(await setup())),
    check('inputs of other ranks are taken, or refused by name', async () => checkOtherRanks(await setup())),
    check('arguments that are no tensors are refused', async () => checkWrongArguments(await setup())),
    ...(options.backend === undefined || options.backend.name === 'cpu'
      ? []
      : [
          check('the cpu backend gives the same', async () => checkReference(await setup(), options.tolerance ?? 1e-4)),
        ]),
    ...(typeof source.prototype === 'object' && fieldsOf(source)
      ? optionChecks(() => instanceOf(source, options.config))
      : []),
  ]
  return withSkips(checks, options.skip ?? {})
}

async function checkRoundTrip(setup: LayerSetup, options: LayerCheckOptions): Promise<void> {
  const copy = roundTrip(setup.layer)
  for (const training of [false, true]) {
    assertAllClose(
      `${copy.type} from JSON`,
      await runLayer(setup, { training, layer: copy }),
      await runLayer(setup, { training }),
      0,
    )
  }
  const shape = options.inputShapes ?? shapesOf(options)[0]!
  const init = (layer: Layer) => onBackend(setup.backend, () => initLayer(layer, shape, new Rng(3)).params)
  assertAllClose(
    `${copy.type} from JSON, initial parameters`,
    await takeToHost(init(copy)),
    await takeToHost(init(setup.layer)),
    0,
  )
}

async function checkCompiled(setup: LayerSetup, { tolerance = 1e-5 }: LayerCheckOptions): Promise<void> {
  for (const training of [false, true]) {
    const eager = await runLayer(setup, { training })
    assertAllClose(
      `${setup.layer.type}, compiled against eager`,
      await runLayer(setup, { training, compiled: true }),
      eager,
      tolerance,
    )
  }
}

/** Under mixedFloat16, parameters and state are float32, floating outputs are float16, and values are close. */
async function checkMixed(setup: LayerSetup): Promise<void> {
  const layer = withOptions(setup.layer, { dtype: 'mixedFloat16' })
  for (const training of [false, true]) {
    const float32 = await runLayer(setup, { training })
    const mixed = await runLayer(setup, { training, layer })
    const outputs = inferredShapes(layer, setup.inputs, setup.many).outputs
    mixed.forEach(({ dtype }, index) => {
      const wanted = outputs[index]?.dtype ?? float32[index]!.dtype
      demand(dtype === wanted, `${layer.type}, mixedFloat16: tensor ${index} is ${dtype} instead of ${wanted}.`)
      demand(dtype !== 'float32' || index >= outputs.length, `${layer.type}, mixedFloat16: output ${index} is float32.`)
    })
    const relabeled = mixed.map((tensor, index) => ({ ...tensor, dtype: float32[index]!.dtype }))
    assertAllClose(`${layer.type}, mixedFloat16 against float32`, relabeled, float32, 2e-2)
  }
}

async function checkDeterminism(setup: LayerSetup): Promise<void> {
  for (const training of [false, true]) {
    assertAllClose(
      `${setup.layer.type}, called twice with the same rng`,
      await runLayer(setup, { training }),
      await runLayer(setup, { training }),
      0,
    )
  }
}

async function checkInference(setup: LayerSetup): Promise<void> {
  assertAllClose(
    `${setup.layer.type}, inference with another rng`,
    await runLayer(setup, { seed: 8 }),
    await runLayer(setup, { seed: 7 }),
    0,
  )
}

async function checkBatch(setup: LayerSetup, options: LayerCheckOptions): Promise<void> {
  const { layer, backend, inputs, many } = setup
  const batch = inputs[0]!.shape[0]!
  const whole = (await runLayer(setup)).slice(0, inferredShapes(layer, inputs, many).outputs.length)
  for (let sample = 0; sample < batch; sample++) {
    const one = { ...setup, inputs: inputs.map((input) => rowOf(input, sample)) }
    const shapes = one.inputs.map(({ shape }) => shape)
    const { state } = onBackend(backend, () => initLayer(layer, many ? shapes : shapes[0]!, new Rng(1)))
    const mask = options.mask && toDevice(backend, maskOf([options.mask[sample]!]))
    const alone = (await runLayer({ ...one, state, ...(mask && { mask }) })).slice(0, whole.length)
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
