import {
  type BaseLayer,
  ConfigError,
  copyOf,
  type LayerTrees,
  type Optimizer,
  type OptimizerState,
  suggest,
} from '@gradus/core'
import { full, tensor, tidy } from '@gradus/tensor'
import { computesInHalves } from './parameters.ts'

/** The state of one optimizer; of several by name. */
export type OptimizerStates = OptimizerState | { readonly [name: string]: OptimizerState }

/** One optimizer for all parameters, or one for each of several parts of a model. */
export type OptimizerSet = Optimizer | { readonly [part: string]: Optimizer }

/** The name of an optimizer that is alone. */
const only = ''

/** The optimizers of a model, the parameters that each of them trains, and their learning rates. */
export class Optimizers {
  private readonly byName: ReadonlyMap<string, Optimizer>
  /** Rates that were set during training. */
  private readonly rates = new Map<string, number>()

  constructor(
    private readonly model: BaseLayer,
    given: OptimizerSet,
  ) {
    const named = isSingle(given) ? { [only]: given } : given
    const halves = computesInHalves(model)
    this.byName = new Map(
      Object.entries(named).map(([name, optimizer]) => [name, halves ? withLossScale(optimizer) : optimizer]),
    )
  }

  get names(): readonly string[] {
    return [...this.byName.keys()]
  }

  /** The optimizer of that name; without a name the one that is alone. */
  get(name: string = only): Optimizer {
    const found = this.byName.get(name)
    if (found) return found
    if (name === only) {
      throw new ConfigError(
        `The model was compiled with the optimizers ${this.names.join(', ')}; say which one is meant, as in step.minimize('${this.names[0]}', () => loss) or model.learningRateOf('${this.names[0]}').`,
      )
    }
    throw new ConfigError(
      this.byName.has(only)
        ? `The model was compiled with one optimizer, which has no name, and '${name}' was asked for. Compile with { optimizer: { ${name}: ... } }.`
        : `The model was compiled without an optimizer called '${name}'.${suggest(name, this.names)}`,
    )
  }

  /** The parameters among `trainable` that an optimizer trains: those of the layers whose path its name begins. */
  owned(name: string, trainable: LayerTrees): LayerTrees {
    if (name === only) return trainable
    const own = Object.entries(trainable).filter(([path]) => path === name || path.startsWith(`${name}.`))
    if (own.length > 0) return Object.fromEntries(own)
    const parts = Object.keys(this.model.sublayers())
    throw new ConfigError(
      `The optimizer '${name}' has nothing to train: no trainable layer is at '${name}' in the model.${suggest(name, parts)} An optimizer is called like the property of the model that holds its layers.`,
    )
  }

  /** The states before the first step. */
  init(trainable: LayerTrees): OptimizerStates {
    return this.map((optimizer, name) => {
      const state = tidy(() => optimizer.init(this.owned(name, trainable)))
      const rate = this.rates.get(name)
      return rate === undefined ? state : withRate(state, rate)
    })
  }

  stateOf(states: OptimizerStates, name: string = only): OptimizerState {
    return name === only ? (states as OptimizerState) : (states as Readonly<Record<string, OptimizerState>>)[name]!
  }

  /** The states with another one in a place. */
  withState(states: OptimizerStates, name: string, state: OptimizerState): OptimizerStates {
    return name === only ? state : { ...(states as Readonly<Record<string, OptimizerState>>), [name]: state }
  }

  /** The parameters at the end of training: their moving average, where an optimizer keeps one. Undefined where none does. */
  finalize(trainable: LayerTrees, states: OptimizerStates): LayerTrees | undefined {
    const averaged = this.names.filter((name) => this.get(name).config.useEma)
    if (averaged.length === 0) return undefined
    return Object.assign(
      {},
      ...averaged.map((name) => this.get(name).finalize(this.owned(name, trainable), this.stateOf(states, name))),
    ) as LayerTrees
  }

  /** The rate as a number; with a schedule, that of the next step. */
  rateOf(name: string | undefined, states: OptimizerStates | undefined): number {
    const { learningRate } = this.get(name)
    const set = this.rates.get(name ?? only)
    if (set !== undefined) return set
    if (typeof learningRate === 'number') return learningRate
    const iteration = states && this.stateOf(states, name).iteration
    return tidy(() => learningRate.at(iteration ?? full([], 0, 'int32')).dataSync()[0]!)
  }

  /** Sets a rate. Returns the states with it. Throws `ConfigError` with a schedule, and for a rate that is no number from 0. */
  setRate(value: number, name: string | undefined, states: OptimizerStates | undefined): OptimizerStates | undefined {
    const { learningRate } = this.get(name)
    if (typeof learningRate !== 'number') {
      throw new ConfigError(
        `The learning rate follows the schedule ${learningRate.type} and cannot be set. Compile with a number to set it.`,
      )
    }
    if (!(value >= 0)) throw new ConfigError(`learningRate must be a number from 0 and is ${value}.`)
    const rate = Math.fround(value) // as the state keeps it, so that a saved rate is the same
    this.rates.set(name ?? only, rate)
    return states && this.withState(states, name ?? only, withRate(this.stateOf(states, name), rate))
  }

  /** Reads from restored states which rates were set during training. */
  async readRates(states: OptimizerStates): Promise<void> {
    for (const [name, { learningRate }] of this.byName) {
      if (typeof learningRate !== 'number') continue
      const [saved] = await this.stateOf(states, name).learningRate.data()
      if (saved === Math.fround(learningRate)) this.rates.delete(name)
      else this.rates.set(name, saved!)
    }
  }

  private map(make: (optimizer: Optimizer, name: string) => OptimizerState): OptimizerStates {
    const entries = [...this.byName].map(([name, optimizer]) => [name, make(optimizer, name)] as const)
    return this.byName.has(only) ? entries[0]![1] : (Object.fromEntries(entries) as Record<string, OptimizerState>)
  }
}

function isSingle(given: OptimizerSet): given is Optimizer {
  return (given as { readonly kind?: unknown }).kind === 'optimizer'
}

function withRate(state: OptimizerState, rate: number): OptimizerState {
  state.learningRate.dispose()
  return { ...state, learningRate: tensor(rate) }
}

/** In float16 small gradients are 0 unless the loss is scaled. */
function withLossScale(optimizer: Optimizer): Optimizer {
  return optimizer.config.lossScaleFactor === undefined ? copyOf(optimizer, { lossScaleFactor: 'dynamic' }) : optimizer
}
