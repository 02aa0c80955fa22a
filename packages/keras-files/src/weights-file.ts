import type { WeightValue } from '@gradus/core'
import type { ModelFile, ModelOutline } from '@gradus/io'
import type { Hdf5Group } from './hdf5/read-hdf5.ts'
import { numbered, readLayerGroups } from './layout/layer-groups.ts'
import { readOptimizerVariables } from './layout/optimizer-variables.ts'

/** The state of the optimizer in a weights file of Keras 3. */
export function optimizerIn(root: Hdf5Group, outline: ModelOutline): WeightValue[] {
  const vars = outline.optimizer.length > 0 ? root.group('optimizer')?.group('vars') : undefined
  return vars ? readOptimizerVariables(outline, numbered(vars)) : []
}

/** Reads a weights file of Keras 3. */
export function readWeightsFile(root: Hdf5Group): ModelFile {
  return {
    header: { format: 1 },
    weights: [],
    optimizer: [],
    resolve: (outline, options) => ({
      weights: readLayerGroups(root, outline, options),
      optimizer: optimizerIn(root, outline),
    }),
  }
}
