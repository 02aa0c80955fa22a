import { type LayerSet, type LayerTrees, readVariables, splitByTrainable, writeVariables } from '@gradus/core'
import { type Tensor, type Tree, treeMap } from '@gradus/tensor'
import type { OptimizerStates, Optimizers } from './optimizers.ts'

/** What `exchangeAverages` and `copyAverages` work on. */
interface Averaged {
  readonly layers: LayerSet & Parameters<typeof splitByTrainable>[0]
  readonly optimizers: Optimizers
  readonly states: OptimizerStates
}

/**
 * Exchanges the trainable parameters of the layers with their moving averages in the states of the optimizers. Returns the new
 * states.
 */
export function exchangeAverages({ layers, optimizers, states }: Averaged): OptimizerStates {
  const { trainable } = splitByTrainable(layers, readVariables(layers).params)
  let next = states
  for (const name of optimizers.averaging) {
    const params = optimizers.owned(name, trainable)
    const state = optimizers.stateOf(next, name)
    writeVariables(layers, { params: state.average as unknown as LayerTrees })
    next = optimizers.withState(next, name, { ...state, average: params as unknown as Tree })
  }
  return next
}

/** Returns the states with copies of the trainable parameters as moving averages, and frees the averages before. */
export function copyAverages({ layers, optimizers, states }: Averaged, copy: (x: Tensor) => Tensor): OptimizerStates {
  const { trainable } = splitByTrainable(layers, readVariables(layers).params)
  let next = states
  for (const name of optimizers.averaging) {
    const state = optimizers.stateOf(next, name)
    const average = treeMap(copy, optimizers.owned(name, trainable) as unknown as Tree)
    treeMap((x: Tensor) => x.dispose(), state.average as never)
    next = optimizers.withState(next, name, { ...state, average })
  }
  return next
}
