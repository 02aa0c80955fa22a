import { ConfigError, type FunctionalSpec, type Layer, type SymbolicTensor } from '@gradus/core'
import type { KnownNames, NoNames } from './compile-options.ts'
import { ModelBase, type ModelConfig } from './model-base.ts'
import { Network } from './network.ts'
import { functionalSpec } from './to-spec.ts'

export interface FunctionalConfig extends ModelConfig {
  readonly inputs: SymbolicTensor | readonly SymbolicTensor[]
  readonly outputs: SymbolicTensor | readonly SymbolicTensor[]
}

/**
 * A model from any graph of layers: several inputs and outputs, shared layers, branches. Keras's functional API.
 *
 * @example
 * import { input } from '@gradus/core'
 * import { Dense } from '@gradus/layers'
 * import { Model } from '@gradus/models'
 * const x = input({ shape: [3] })
 * const h = new Dense({ units: 4, activation: 'relu' }).call(x)
 * const model = new Model({ inputs: x, outputs: new Dense({ units: 1 }).call(h) })
 * model.countParams() // => 21
 */
export class Model<N extends KnownNames = NoNames> extends ModelBase<N> {
  static readonly type = 'Functional'
  readonly network: Network

  constructor(config: FunctionalConfig) {
    super(config)
    this.network = new Network(listOf(config.inputs), listOf(config.outputs))
  }

  get layers(): readonly Layer[] {
    return this.network?.layers ?? []
  }

  toSpec(): FunctionalSpec {
    return functionalSpec(this.config as FunctionalConfig, this.network)
  }

  protected get shaped(): boolean {
    return true
  }

  protected shapeTo(inputs: readonly (readonly (number | null)[])[]): void {
    if (inputs.length === this.network.inputs.length) return
    const names = this.network.inputs.map(({ source }) => this.network.nameOf(source.layer))
    throw new ConfigError(`The model has ${names.length} inputs (${names.join(', ')}) and was given ${inputs.length}.`)
  }
}

function listOf(tensors: SymbolicTensor | readonly SymbolicTensor[]): readonly SymbolicTensor[] {
  return Array.isArray(tensors) ? (tensors as readonly SymbolicTensor[]) : [tensors as SymbolicTensor]
}
