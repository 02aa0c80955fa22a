import type { WeightValue } from '@gradus/core'
import type { ModelFile, ModelOutline } from '@gradus/io'
import { NewGroup } from './hdf5/new-group.ts'
import type { Hdf5Group } from './hdf5/read-hdf5.ts'
import { writeHdf5 } from './hdf5/write-hdf5.ts'
import { datasetsIn } from './layout/datasets.ts'
import { numbered, readLayerGroups, writeLayerGroups } from './layout/layer-groups.ts'
import {
  type OptimizerVariable,
  optimizerVariables,
  readOptimizerVariables,
  savedVariable,
  warnOfState,
} from './layout/optimizer-variables.ts'
import { outlineIn } from './write-config.ts'

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
    stored: () => datasetsIn(root, ['optimizer']),
    resolve: (outline, options) => ({
      weights: readLayerGroups(root, outline, options),
      optimizer: optimizerIn(root, outline),
    }),
  }
}

/** Encodes weights, and the state of the optimizer if the file has it, as a weights file of Keras 3. */
export function writeWeightsFile(file: ModelFile): Uint8Array<ArrayBuffer> {
  const outline = outlineIn(file)
  const root = new NewGroup()
  writeLayerGroups(root, outline, file.weights)
  const variables = optimizerVariables(outline, file.optimizer)
  if (!variables && file.optimizer.length > 0) warnOfState(outline.optimizerSpec, 'written')
  if (variables) {
    addOptimizer(root.at('optimizer'), variables, file)
    // an optimizer that scales the loss has another in it, which Keras writes a second time
    const inner = variables.findIndex(({ path }) => path === 'iteration')
    if (inner > 0) addOptimizer(root.at('optimizer/inner_optimizer'), variables.slice(inner), file)
  }
  return writeHdf5(root)
}

function addOptimizer(group: NewGroup, variables: readonly OptimizerVariable[], { optimizer }: ModelFile): void {
  const byPath = new Map(optimizer.map((value) => [value.path, value]))
  const vars = group.at('vars')
  for (const [index, variable] of variables.entries()) vars.add(String(index), savedVariable(variable, byPath))
}
