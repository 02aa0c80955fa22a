import { grad, vjp } from '@gradus/autograd'
import type { Tensor } from '@gradus/tensor'
import { build, parse, registry } from '../build.ts'
import type { Check } from '../check.ts'
import { Unsupported } from '../outcome.ts'
import { type CaseBase, camelCase, type Keras, type Recorded, toTensor } from '../recorded.ts'

interface ActivationCase extends CaseBase {
  readonly function: string
  readonly args: Readonly<Record<string, unknown>>
  readonly input: Recorded
  readonly output: Recorded
  readonly cotangent?: Recorded
  readonly grad_input?: Recorded
}

export async function runActivation(entry: ActivationCase, check: Check): Promise<void> {
  if (!registry.find('activation', entry.function)) throw new Unsupported(`activation ${entry.function}`)
  const options = Object.entries(entry.args).map(([key, value]) => [camelCase(key), value])
  const activation = parse('activation', { activation: entry.function, ...Object.fromEntries(options) })
  const x = toTensor(entry.input)
  await check.close('output', activation(x), entry.output)
  if (!entry.cotangent || !entry.grad_input) return
  const { pullback } = vjp((input: Tensor) => activation(input), [x] as const)
  await check.close('grad_input', pullback(toTensor(entry.cotangent))[0], entry.grad_input)
}

interface RegularizerCase extends CaseBase {
  readonly regularizer: Keras
  readonly input: Recorded
  readonly value: Recorded
  readonly grad_input?: Recorded
}

export async function runRegularizer(entry: RegularizerCase, check: Check): Promise<void> {
  const regularizer = build('regularizer', entry.regularizer)
  const x = toTensor(entry.input)
  // a scalar; Keras's L1 gives a list of one number
  await check.close('value', regularizer.loss(x), entry.value, { anyShape: true })
  if (entry.grad_input) await check.close('grad_input', grad((w: Tensor) => regularizer.loss(w))(x), entry.grad_input)
}

interface ConstraintCase extends CaseBase {
  readonly constraint: Keras
  readonly input: Recorded
  readonly output: Recorded
}

export async function runConstraint(entry: ConstraintCase, check: Check): Promise<void> {
  await check.close('output', build('constraint', entry.constraint).project(toTensor(entry.input)), entry.output)
}
