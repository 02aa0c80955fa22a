import { compile } from '@gradus/graph'
import { type Backend, type DType, type FloatDType, isFloat, onBackend, type Tensor } from '@gradus/tensor'
import { applyAll, type OpSamples } from '@gradus/tensor/internals'
import type { Check } from '../check.ts'
import { assertAlike, assertAllClose } from '../compare.ts'
import { checkDerivative, gradientOf, type ListFunction, type ScalarFunction, weighted } from '../differences.ts'
import { type HostTensor, takeToHost, toDevice } from '../host.ts'
import { RandomNumbers } from '../random-numbers.ts'
import {
  cotangentsOf,
  derivativeCases,
  floatPositions,
  type OpCase,
  opCases,
  outputsOf,
  upload,
  withoutDerivative,
} from './op-cases.ts'
import type { Tolerances } from './options.ts'

// the op table summarizes these
const aspects = ['forward', 'inlined', 'compiled', 'gradient', 'second derivative', 'compiled gradient'] as const
/** An aspect of an op that is checked. */
export type Aspect = (typeof aspects)[number]

/** The backends and options of the checks. */
export interface OpCheckSetup {
  readonly backend: () => Promise<Backend>
  readonly reference: Backend
  readonly tolerance: Required<Tolerances>
  readonly dtypes: readonly DType[]
}

/** A check of one aspect of one op. */
export interface OpCheck extends Check {
  readonly op: string
  readonly aspect: Aspect
}

/** The checks of one op on one backend, one for each aspect that applies to it. */
export function opChecks(entry: OpSamples, setup: OpCheckSetup): OpCheck[] {
  const { op } = entry
  const floats = (['float32', 'float64'] as const satisfies readonly FloatDType[]).filter((dtype) =>
    setup.dtypes.includes(dtype),
  )
  const cases = opCases(entry, floats, setup.dtypes)
  const withHalves = setup.dtypes.includes('float16') ? [...cases, ...halfCases(entry, setup.dtypes)] : cases
  const exact = setup.dtypes.includes('float64')
  const withDerivative = exact
    ? derivativeCases(cases)
    : cases.filter((opCase) => withoutDerivative(opCase) === undefined)
  const bodies: Partial<Record<Aspect, [readonly OpCase[], (opCase: OpCase, setup: OpCheckSetup) => Promise<void>]>> = {
    forward: [withHalves, checkForward],
    ...(op.inline && { inlined: [cases, checkInlined] }),
    compiled: [withHalves, checkCompiled],
    gradient: [withDerivative, exact ? checkGradient : checkGradientByReference],
    'second derivative': [withDerivative, exact ? checkSecondDerivative : checkSecondDerivativeByReference],
    'compiled gradient': [withDerivative, checkCompiledGradient],
  }
  return aspects.flatMap((aspect): OpCheck[] => {
    const [list, body] = bodies[aspect] ?? [[], undefined]
    if (!body) return []
    const check = { op: op.name, group: op.name, aspect, name: `${op.name}: ${aspect}` }
    if (list.length === 0) {
      // no check if the op has no derivative; a skipped check if all samples have a reason not to have one
      const reason = cases.map((opCase) => opCase.forwardOnly).find((text) => text !== undefined)
      return reason === undefined ? [] : [{ ...check, skip: reason, run: () => {} }]
    }
    return [
      {
        ...check,
        async run() {
          for (const opCase of list) await body(opCase, setup)
        },
      },
    ]
  })
}

/** The cases in float16. Composites are left out: they round after each of their ops, or only once if these are fused. */
function halfCases(entry: OpSamples, dtypes: readonly DType[]): OpCase[] {
  if (entry.op.inline) return []
  return opCases(entry, ['float16'], dtypes).filter(({ inputs }) => inputs.some(({ dtype }) => dtype === 'float16'))
}

async function run(backend: Backend, opCase: OpCase, f: ListFunction): Promise<HostTensor[]> {
  const inputs = upload(backend, opCase)
  const results = await takeToHost(onBackend(backend, () => f(inputs)))
  for (const input of inputs) input.dispose()
  return results
}

function applied({ op, params }: OpCase): ListFunction {
  return (inputs) => applyAll(op, inputs, params)
}

function bound(opCase: OpCase, tolerance: Required<Tolerances>): number {
  const dtypes = [...opCase.inputs, ...outputsOf(opCase)].map(({ dtype }) => dtype)
  if (dtypes.includes('float16')) return tolerance.float16
  return dtypes.includes('float32') ? tolerance.float32 : tolerance.float64
}

async function checkForward(opCase: OpCase, { backend, reference, tolerance }: OpCheckSetup): Promise<void> {
  const actual = await run(await backend(), opCase, applied(opCase))
  const expected = await run(reference, opCase, applied(opCase))
  outputsOf(opCase).forEach((aval, index) => {
    assertAlike(`${opCase.label}, against its shape rule`, actual[index]!, aval)
  })
  assertAllClose(`${opCase.label}, against the ${reference.name} backend`, actual, expected, bound(opCase, tolerance))
}

async function checkInlined(opCase: OpCase, { backend, tolerance }: OpCheckSetup): Promise<void> {
  const body: ListFunction = (inputs) => [opCase.op.inline!(inputs, opCase.params)]
  const inlined = await run(await backend(), opCase, body)
  assertAlike(
    `${opCase.label}, body against the shape rule`,
    inlined[0]!,
    opCase.op.shape(opCase.inputs, opCase.params),
  )
  const whole = await run(await backend(), opCase, applied(opCase))
  assertAllClose(`${opCase.label}, whole against its body`, whole, inlined, bound(opCase, tolerance))
}

async function checkCompiled(opCase: OpCase, { backend, tolerance }: OpCheckSetup): Promise<void> {
  const eager = await run(await backend(), opCase, applied(opCase))
  const compiled = await run(await backend(), opCase, compile(applied(opCase)))
  assertAllClose(`${opCase.label}, compiled against eager`, compiled, eager, bound(opCase, tolerance))
}

/** The op as a function of its floating inputs alone, weighted to a scalar by a random cotangent. */
function scalarOf(backend: Backend, opCase: OpCase): { value: ScalarFunction; at: HostTensor[]; names: string[] } {
  const positions = floatPositions(opCase)
  const fixed = upload(backend, opCase)
  const ofFloats: ListFunction = (floats) =>
    applyAll(
      opCase.op,
      fixed.map((input, index) => (positions.includes(index) ? floats[positions.indexOf(index)]! : input)),
      opCase.params,
    )
  return {
    value: weighted(backend, ofFloats, cotangentsOf(opCase))!,
    at: positions.map((position) => opCase.inputs[position]!),
    names: positions.map((position) => `input ${position}`),
  }
}

/** The gradient of `scalarOf`, weighted to a scalar by random numbers. */
function derivativeOf(backend: Backend, opCase: OpCase): ReturnType<typeof scalarOf> {
  const { value, at, names } = scalarOf(backend, opCase)
  const random = new RandomNumbers(`weights of ${opCase.label}`)
  const weights = at.map(({ shape, dtype }) => ({ shape, dtype, values: random.fill(shape, dtype, -1, 1) }))
  return { value: weighted(backend, gradientOf(value), weights)!, at, names }
}

async function checkGradient(opCase: OpCase, { backend: source, tolerance }: OpCheckSetup): Promise<void> {
  const backend = await source()
  const { value, at, names } = scalarOf(backend, opCase)
  await checkDerivative({
    label: opCase.label,
    backend,
    value,
    gradient: gradientOf(value),
    at,
    names,
    tolerance: tolerance.gradient,
  })
}

async function checkSecondDerivative(opCase: OpCase, { backend: source, tolerance }: OpCheckSetup): Promise<void> {
  const backend = await source()
  const { value: first, at, names } = derivativeOf(backend, opCase)
  await checkDerivative({
    label: `${opCase.label}, second derivative`,
    backend,
    value: first,
    gradient: gradientOf(first),
    at,
    names,
    tolerance: tolerance.secondDerivative,
  })
}

/** For a backend without float64: compares gradients with those of the reference, which has float64 and is checked with it. */
function checkGradientByReference(opCase: OpCase, setup: OpCheckSetup): Promise<void> {
  return compareGradients(opCase, setup, scalarOf, 'gradient')
}

function checkSecondDerivativeByReference(opCase: OpCase, setup: OpCheckSetup): Promise<void> {
  return compareGradients(opCase, setup, derivativeOf, 'second derivative')
}

async function compareGradients(
  opCase: OpCase,
  { backend, reference, tolerance }: OpCheckSetup,
  functionOf: typeof scalarOf,
  label: string,
): Promise<void> {
  assertAllClose(
    `${opCase.label}, ${label} against the ${reference.name} backend`,
    await gradients(await backend(), opCase, functionOf),
    await gradients(reference, opCase, functionOf),
    tolerance.float32Gradient,
  )
}

async function checkCompiledGradient(opCase: OpCase, { backend: source, tolerance }: OpCheckSetup): Promise<void> {
  const backend = await source()
  const eager = await gradients(backend, opCase, scalarOf)
  const compiled = await gradients(backend, opCase, scalarOf, compile)
  const float32 = opCase.inputs.some(({ dtype }) => dtype === 'float32')
  assertAllClose(
    `${opCase.label}, compiled gradient against eager`,
    compiled,
    eager,
    float32 ? tolerance.float32Gradient : tolerance.float64,
  )
}

async function gradients(
  backend: Backend,
  opCase: OpCase,
  functionOf: typeof scalarOf,
  wrap: (f: ListFunction) => ListFunction = (f) => f,
): Promise<HostTensor[]> {
  const { value, at } = functionOf(backend, opCase)
  const inputs = at.map((input) => toDevice(backend, input))
  const results = await takeToHost(onBackend(backend, () => wrap(gradientOf(value))(inputs)))
  const all: Tensor[] = inputs
  for (const tensor of all) tensor.dispose()
  return results.filter(({ dtype }) => isFloat(dtype))
}
