import type { ConfigOf, Initializer, OptionsOf, Rng } from '@gradus/core'
import { add, concat, type FloatDType, full, mul, type Tensor } from '@gradus/tensor'
import * as activations from '../activations/index.ts'
import { activationKind } from '../option-kinds.ts'

/** The fields of cells of long short-term memory in addition to those of `GatedCell`. */
export const lstmFields = {
  /** The activation of the gates. */
  recurrentActivation: { type: activationKind, among: activations, default: 'sigmoid', whenNull: 'linear' },
  /** Whether the bias of the forget gate starts at 1 (Jozefowicz et al., 2015). */
  unitForgetBias: { type: 'boolean', default: true },
} as const

/** Options of cells of long short-term memory. */
export interface LSTMGatesConfig extends ConfigOf<typeof lstmFields> {}

/** The complete options of cells of long short-term memory. */
export type LSTMGatesOptions = OptionsOf<typeof lstmFields>

/** The number of gates: the input gate, the forget gate, the candidate and the output gate. */
export const lstmGates = 4

/** The new output and carry. `gate` returns the weighted sums of a gate, before its activation. */
export function lstmStep(
  gate: (index: number) => Tensor,
  carry: Tensor,
  {
    activation,
    recurrentActivation,
  }: { readonly activation: (x: Tensor) => Tensor; readonly recurrentActivation: (x: Tensor) => Tensor },
): [output: Tensor, carry: Tensor] {
  const kept = mul(recurrentActivation(gate(1)), carry)
  const next = add(kept, mul(recurrentActivation(gate(0)), activation(gate(2))))
  return [mul(recurrentActivation(gate(3)), activation(next)), next]
}

/** A bias of gates of `size` numbers that is 1 for the forget gate and made by `initializer` for the others. */
export function forgetBias(rng: Rng, size: number, initializer: Initializer, dtype: FloatDType): Tensor {
  const make = (count: number) => initializer.make(rng.next(), [count], dtype)
  return concat([make(size), full([size], 1, dtype), make(2 * size)])
}
