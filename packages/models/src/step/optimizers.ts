import {
  type BaseLayer,
  ConfigError,
  copyOf,
  type LayerTrees,
  layersWithin,
  type Optimizer,
  type OptimizerState,
  suggest,
} from '@gradus/core'
import { full, onBackend, tensor, tidy } from '@gradus/tensor'
import { backendOf } from '@gradus/tensor/internals'
import { usesFloat16 } from './parameters.ts'

/** The state of one optimizer, or of several by name. */
export type OptimizerStates = OptimizerState | { readonly [name: string]: OptimizerState }

/** One optimizer for all parameters, or one for each of several parts of a model. */
export type OptimizerSet = Optimizer | { readonly [part: string]: Optimizer }

/** The name of an optimizer that trains all parameters. */
const single = ''

/** The optimizers of a model, the parameters that each of them trains, and their learning rates. */
export class Optimizers {
  private readonly byName: ReadonlyMap<string, Optimizer>
  /** Learning rates that were set by the user. */
  private readonly rates = new Map<string, number>()

  constructor(
    private readonly model: BaseLayer,
    given: OptimizerSet,
  ) {
    const named = isSingle(given) ? { [single]: given } : given
    const scalesLoss = usesFloat16(model)
    this.byName = new Map(
      Object.entries(named).map(([name, optimizer]) => [name, scalesLoss ? withLossScale(optimizer) : optimizer]),
    )
  }

  get names(): readonly string[] {
    return [...this.byName.keys()]
  }

  /** The names of the optimizers that average the parameters. */
  get averaging(): readonly string[] {
    return this.names.filter((name) => this.get(name).averages)
  }

  /** Returns the optimizer of that name; without a name, the only one. Throws `ConfigError`. */
  get(name: string = single): Optimizer {
    const found = this.byName.get(name)
    if (found) return found
    if (name === single) {
      throw new ConfigError(
        `The model was compiled with the optimizers ${this.names.join(', ')}; name one of them, as in step.minimize('${this.names[0]}', () => loss) or model.learningRateOf('${this.names[0]}').`,
      )
    }
    throw new ConfigError(
      this.byName.has(single)
        ? `The model was compiled with one optimizer, which has no name, and '${name}' was asked for. Compile with { optimizer: { ${name}: ... } }.`
        : `The model was compiled without an optimizer called '${name}'.${suggest(name, this.names)}`,
    )
  }

  /**
   * Selects the parameters that an optimizer trains: those of the layers in the property of the model with its name. Throws
   * `ConfigError` if there are none.
   */
  owned(name: string, trainable: LayerTrees): LayerTrees {
    if (name === single) return trainable
    const paths = this.pathsOf(name)
    const selected = Object.entries(trainable).filter(([path]) => paths.has(path))
    if (selected.length > 0) return Object.fromEntries(selected)
    const parts = Object.keys(this.model.sublayers())
    throw new ConfigError(
      `The optimizer '${name}' has nothing to train: no trainable layer is at '${name}' in the model.${suggest(name, parts)} The name of an optimizer must be that of the property of the model that holds its layers.`,
    )
  }

  /** The paths of the layers in a part of the model; a layer that several parts hold has the path in the first of them. */
  private pathsOf(part: string): ReadonlySet<string> {
    const within = new Set<BaseLayer>()
    for (const [name, layer] of Object.entries(this.model.sublayers())) {
      if (name !== part && !name.startsWith(`${part}.`)) continue
      for (const nested of layersWithin(layer)) within.add(nested.layer)
    }
    return new Set(layersWithin(this.model).flatMap(({ layer, path }) => (within.has(layer) ? [path] : [])))
  }

  /** Returns the states before the first step. */
  init(trainable: LayerTrees): OptimizerStates {
    return this.map((optimizer, name) => {
      const state = tidy(() => optimizer.init(this.owned(name, trainable)))
      const rate = this.rates.get(name)
      return rate === undefined ? state : withRate(state, rate)
    })
  }

  /** Returns the state of one optimizer. */
  stateOf(states: OptimizerStates, name: string = single): OptimizerState {
    return name === single ? (states as OptimizerState) : (states as Readonly<Record<string, OptimizerState>>)[name]!
  }

  /** Returns the states with that of one optimizer replaced. */
  withState(states: OptimizerStates, name: string, state: OptimizerState): OptimizerStates {
    return name === single ? state : { ...(states as Readonly<Record<string, OptimizerState>>), [name]: state }
  }

  /** Returns the moving averages of the parameters, for optimizers that average; undefined if there are none. */
  finalize(trainable: LayerTrees, states: OptimizerStates): LayerTrees | undefined {
    const averaged = this.averaging
    if (averaged.length === 0) return undefined
    return Object.assign(
      {},
      ...averaged.map((name) => this.get(name).finalize(this.owned(name, trainable), this.stateOf(states, name))),
    ) as LayerTrees
  }

  /** Returns a learning rate as a number; with a schedule, that of the next step. */
  rateOf(name: string | undefined, states: OptimizerStates | undefined): number {
    const { learningRate } = this.get(name)
    const set = this.rates.get(name ?? single)
    if (set !== undefined) return set
    if (typeof learningRate === 'number') return learningRate
    const iteration = states && this.stateOf(states, name).iteration
    return tidy(() => learningRate.at(iteration ?? full([], 0, 'int32')).dataSync()[0]!)
  }

  /** Sets a learning rate and returns the new states. Throws `ConfigError` with a schedule, and for negative rates, infinite ones and NaN. */
  setRate(value: number, name: string | undefined, states: OptimizerStates | undefined): OptimizerStates | undefined {
    const { learningRate } = this.get(name)
    if (typeof learningRate !== 'number') {
      throw new ConfigError(
        `The learning rate follows the schedule ${learningRate.type} and cannot be set. Compile with a number to set it.`,
      )
    }
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      throw new ConfigError(`learningRate must be a finite number from 0 and is ${value}.`)
    }
    const rate = Math.fround(value) // as the state keeps it, so that a saved rate is the same
    this.rates.set(name ?? single, rate)
    return states && this.withState(states, name ?? single, withRate(this.stateOf(states, name), rate))
  }

  /** Reads from restored states which learning rates were set by the user. */
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
    return this.byName.has(single) ? entries[0]![1] : (Object.fromEntries(entries) as Record<string, OptimizerState>)
  }
}

function isSingle(given: OptimizerSet): given is Optimizer {
  return (given as { readonly kind?: unknown }).kind === 'optimizer'
}

function withRate(state: OptimizerState, rate: number): OptimizerState {
  const learningRate = onBackend(backendOf(state.learningRate), () => tensor(rate))
  state.learningRate.dispose()
  return { ...state, learningRate }
}

/** Scales the loss, because small gradients are 0 in float16. */
function withLossScale(optimizer: Optimizer): Optimizer {
  return optimizer.config.lossScaleFactor === undefined ? copyOf(optimizer, { lossScaleFactor: 'dynamic' }) : optimizer
}
