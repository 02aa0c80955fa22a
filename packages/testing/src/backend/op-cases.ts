import { type Backend, type DType, type FloatDType, isFloat, ShapeError, type Tensor } from '@gradus/tensor'
import { type Aval, type Op, type OpSamples, type Sample, shapesOf } from '@gradus/tensor/internals'
import { paramsOf } from '@gradus/tensor/samples'
import { type HostTensor, toDevice, widen } from '../host.ts'
import { Numbers } from '../numbers.ts'

/** One sample of an op with its input values, in one floating dtype. */
export interface OpCase {
  readonly op: Op
  readonly sample: Sample
  readonly params: unknown
  readonly inputs: readonly HostTensor[]
  /** Such as `matmul sample 1 (float32)`. */
  readonly label: string
  readonly forwardOnly?: string
}

/** The samples of an op with seeded inputs, each in every dtype of `floats` if it has floating inputs that say so. */
export function opCases({ op, samples }: OpSamples, floats: readonly FloatDType[], dtypes: readonly DType[]): OpCase[] {
  return samples
    .flatMap((sample, index) => {
      const random = new Numbers(`${op.name} ${index}`)
      const values = sample.inputs.map(
        (input) =>
          input.values ??
          random.fill(
            input.shape,
            input.dtype === 'float' || !input.dtype ? 'float32' : input.dtype,
            input.low,
            input.high,
          ),
      )
      const generic = sample.inputs.some((input) => (input.dtype ?? 'float') === 'float')
      return (generic ? floats : [undefined]).map((float): OpCase => {
        const inputs = sample.inputs.map(({ shape, dtype = 'float' }, i) => ({
          shape,
          dtype: dtype === 'float' ? float! : dtype,
          values: values[i]!,
        }))
        return {
          op,
          sample,
          params: paramsOf(sample, inputs),
          inputs,
          label: `${op.name} sample ${index}${float ? ` (${float})` : ''}`,
          ...(sample.forwardOnly !== undefined && { forwardOnly: sample.forwardOnly }),
        }
      })
    })
    .filter((opCase) => isTaken(opCase) && dtypesOf(opCase).every((dtype) => dtypes.includes(dtype)))
}

/** Some ops do not take halves. */
function isTaken(opCase: OpCase): boolean {
  if (!opCase.inputs.some(({ dtype }) => dtype === 'float16')) return true
  try {
    outputsOf(opCase)
    return true
  } catch (error) {
    if (error instanceof ShapeError) return false
    throw error
  }
}

/** Shape and dtype of each output of a case. */
export function outputsOf({ op, inputs, params }: Pick<OpCase, 'op' | 'inputs' | 'params'>): readonly Aval[] {
  return shapesOf(op, inputs, params)
}

function dtypesOf(opCase: OpCase): DType[] {
  return [...opCase.inputs, ...outputsOf(opCase)].map(({ dtype }) => dtype)
}

/** Why no derivative of this case is checked, or undefined. */
export function withoutDerivative({
  op,
  inputs,
  params,
  forwardOnly,
}: Pick<OpCase, 'op' | 'inputs' | 'params' | 'forwardOnly'>): string | undefined {
  if (forwardOnly !== undefined) return forwardOnly
  if (!outputsOf({ op, inputs, params }).some(({ dtype }) => isFloat(dtype))) return 'the output is not floating'
  if (!inputs.some(({ dtype }) => isFloat(dtype))) return 'no input is floating'
  return undefined
}

/** The samples in float64 at which derivatives are compared. */
export function derivativeCases(opCases: readonly OpCase[]): OpCase[] {
  const seen = new Set<Sample | string>()
  return opCases
    .filter((opCase) => withoutDerivative(opCase) === undefined)
    .map((opCase) => {
      const inputs = opCase.inputs.map(widen)
      const label = opCase.label.replace(' (float32)', '').replace(' (float64)', '')
      return { ...opCase, inputs, params: paramsOf(opCase.sample, inputs), label }
    })
    .filter(({ label }) => !seen.has(label) && seen.add(label))
}

/** The inputs of a case on a backend. */
export function place(backend: Backend, opCase: OpCase): Tensor[] {
  return opCase.inputs.map((input) => toDevice(backend, input))
}

/** The positions of the floating inputs. */
export function floatPositions(opCase: OpCase): number[] {
  return opCase.inputs.flatMap(({ dtype }, index) => (isFloat(dtype) ? [index] : []))
}

/** Random cotangents for the outputs of a case that are floating. */
export function cotangentsOf(opCase: OpCase): (HostTensor | undefined)[] {
  const random = new Numbers(`cotangent of ${opCase.label}`)
  return outputsOf(opCase).map(({ shape, dtype }) =>
    isFloat(dtype) ? { shape, dtype, values: random.fill(shape, dtype, -1, 1) } : undefined,
  )
}
