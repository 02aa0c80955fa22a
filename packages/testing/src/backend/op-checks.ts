import { compile } from '@gradus/graph'
import { type Backend, type DType, type FloatDType, isFloat, onBackend, type Tensor } from '@gradus/tensor'
import { applyAll, type OpSamples } from '@gradus/tensor/internals'
import type { Check } from '../check.ts'
import { assertAlike, assertAllClose } from '../compare.ts'
import { checkDerivative, gradientOf, type ListFunction, type ScalarFunction, weighted } from '../differences.ts'
import { type HostTensor, takeToHost, toDevice } from '../host.ts'
import { Numbers } from '../numbers.ts'
import {
  cotangentsOf,
  derivativeCases,
  floatPositions,
  type OpCase,
  opCases,
  outputsOf,
  place,
  withoutDerivative,
} from './op-cases.ts'
import type { Tolerances } from './options.ts'

/** What is tested of each op; the rows of the op table are made of these. */
const aspects = ['forward', 'inlined', 'compiled', 'gradient', 'second derivative', 'compiled gradient'] as const
export type Aspect = (typeof aspects)[number]

export interface OpCheckSetting {
  readonly backend: () => Promise<Backend>
  readonly reference: Backend
  readonly tolerance: Required<Tolerances>
  readonly dtypes: readonly DType[]
}

export interface OpCheck extends Check {
  readonly op: string
  readonly aspect: Aspect
}

/** The checks of one op on one backend, one per aspect that applies to it. */
export function opChecks(entry: OpSamples, setting: OpCheckSetting): OpCheck[] {
  const { op } = entry
  const floats = (['float32', 'float64'] as const satisfies readonly FloatDType[]).filter((dtype) =>
    setting.dtypes.includes(dtype),
  )
  const cases = opCases(entry, floats, setting.dtypes)
  const withHalves = setting.dtypes.includes('float16') ? [...cases, ...halfCases(entry, setting.dtypes)] : cases
  const exact = setting.dtypes.includes('float64')
  const withDerivative = exact
    ? derivativeCases(cases)
    : cases.filter((opCase) => withoutDerivative(opCase) === undefined)
  const bodies: Partial<
    Record<Aspect, [readonly OpCase[], (opCase: OpCase, setting: OpCheckSetting) => Promise<void>]>
  > = {
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
      // an op without a derivative is not a gap; one whose samples all say why not gives the reason
      const reason = cases.map((opCase) => opCase.forwardOnly).find((text) => text !== undefined)
      return reason === undefined ? [] : [{ ...check, skip: reason, run: () => {} }]
    }
    return [
      {
        ...check,
        async run() {
          for (const opCase of list) await body(opCase, setting)
        },
      },
    ]
  })
}

/** Cases in float16. What is made of several ops rounds several times, or once where it is fused, so only single ops count. */
function halfCases(entry: OpSamples, dtypes: readonly DType[]): OpCase[] {
  if (entry.op.inline) return []
  return opCases(entry, ['float16'], dtypes).filter(({ inputs }) => inputs.some(({ dtype }) => dtype === 'float16'))
}

async function run(backend: Backend, opCase: OpCase, f: ListFunction): Promise<HostTensor[]> {
  const inputs = place(backend, opCase)
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

async function checkForward(opCase: OpCase, { backend, reference, tolerance }: OpCheckSetting): Promise<void> {
  const actual = await run(await backend(), opCase, applied(opCase))
  const expected = await run(reference, opCase, applied(opCase))
  outputsOf(opCase).forEach((aval, index) => {
    assertAlike(`${opCase.label}, against its shape rule`, actual[index]!, aval)
  })
  assertAllClose(`${opCase.label}, against the ${reference.name} backend`, actual, expected, bound(opCase, tolerance))
}

async function checkInlined(opCase: OpCase, { backend, tolerance }: OpCheckSetting): Promise<void> {
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

async function checkCompiled(opCase: OpCase, { backend, tolerance }: OpCheckSetting): Promise<void> {
  const eager = await run(await backend(), opCase, applied(opCase))
  const compiled = await run(await backend(), opCase, compile(applied(opCase)))
  assertAllClose(`${opCase.label}, compiled against eager`, compiled, eager, bound(opCase, tolerance))
}

/** The op as a function of its floating inputs alone, weighted to a scalar by a random cotangent. */
function scalarOf(backend: Backend, opCase: OpCase): { value: ScalarFunction; at: HostTensor[]; names: string[] } {
  const positions = floatPositions(opCase)
  const fixed = place(backend, opCase)
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

/** The first derivative of that function, weighted to a scalar in turn. */
function slopeOf(backend: Backend, opCase: OpCase): ReturnType<typeof scalarOf> {
  const { value, at, names } = scalarOf(backend, opCase)
  const random = new Numbers(`weights of ${opCase.label}`)
  const weights = at.map(({ shape, dtype }) => ({ shape, dtype, values: random.fill(shape, dtype, -1, 1) }))
  return { value: weighted(backend, gradientOf(value), weights)!, at, names }
}

async function checkGradient(opCase: OpCase, { backend: source, tolerance }: OpCheckSetting): Promise<void> {
  const backend = await source()
  const { value, at, names } = scalarOf(backend, opCase)
  await checkDerivative({
    what: opCase.label,
    backend,
    value,
    gradient: gradientOf(value),
    at,
    names,
    tolerance: tolerance.gradient,
  })
}

async function checkSecondDerivative(opCase: OpCase, { backend: source, tolerance }: OpCheckSetting): Promise<void> {
  const backend = await source()
  const { value: first, at, names } = slopeOf(backend, opCase)
  await checkDerivative({
    what: `${opCase.label}, second derivative`,
    backend,
    value: first,
    gradient: gradientOf(first),
    at,
    names,
    tolerance: tolerance.secondDerivative,
  })
}

/** For a backend without float64: its gradients against those of the reference, which has been compared with finite differences. */
function checkGradientByReference(opCase: OpCase, setting: OpCheckSetting): Promise<void> {
  return compareGradients(opCase, setting, scalarOf, 'gradient')
}

function checkSecondDerivativeByReference(opCase: OpCase, setting: OpCheckSetting): Promise<void> {
  return compareGradients(opCase, setting, slopeOf, 'second derivative')
}

async function compareGradients(
  opCase: OpCase,
  { backend, reference, tolerance }: OpCheckSetting,
  functionOf: typeof scalarOf,
  what: string,
): Promise<void> {
  assertAllClose(
    `${opCase.label}, ${what} against the ${reference.name} backend`,
    await gradients(await backend(), opCase, functionOf),
    await gradients(reference, opCase, functionOf),
    tolerance.float32Gradient,
  )
}

async function checkCompiledGradient(opCase: OpCase, { backend: source, tolerance }: OpCheckSetting): Promise<void> {
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
