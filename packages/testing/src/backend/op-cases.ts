import { type Backend, type DType, type FloatDType, isFloat, ShapeError, type Tensor } from '@gradus/tensor'
import { type Aval, type Op, type OpSamples, type Sample, shapesOf } from '@gradus/tensor/internals'
import { paramsOf } from '@gradus/tensor/samples'
import { type HostTensor, toDevice, widen } from '../host.ts'
import { RandomNumbers } from '../random-numbers.ts'

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

/** The samples of an op with seeded inputs. Samples with inputs of any floating dtype are repeated for each of `floats`. */
export function opCases({ op, samples }: OpSamples, floats: readonly FloatDType[], dtypes: readonly DType[]): OpCase[] {
  return samples
    .flatMap((sample, index) => {
      const random = new RandomNumbers(`${op.name} ${index}`)
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
    .filter((opCase) => isSupported(opCase) && dtypesOf(opCase).every((dtype) => dtypes.includes(dtype)))
}

/** Whether the op takes these dtypes: some ops do not take float16. */
function isSupported(opCase: OpCase): boolean {
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

/** The reason why no derivative of this case is checked; undefined if it is. */
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

/** The cases in float64 for which derivatives are compared with finite differences. */
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

/** The inputs of a case as tensors on a backend. */
export function upload(backend: Backend, opCase: OpCase): Tensor[] {
  return opCase.inputs.map((input) => toDevice(backend, input))
}

/** The positions of the floating inputs. */
export function floatPositions(opCase: OpCase): number[] {
  return opCase.inputs.flatMap(({ dtype }, index) => (isFloat(dtype) ? [index] : []))
}

/** Random cotangents for the floating outputs of a case. */
export function cotangentsOf(opCase: OpCase): (HostTensor | undefined)[] {
  const random = new RandomNumbers(`cotangent of ${opCase.label}`)
  return outputsOf(opCase).map(({ shape, dtype }) =>
    isFloat(dtype) ? { shape, dtype, values: random.fill(shape, dtype, -1, 1) } : undefined,
  )
}
