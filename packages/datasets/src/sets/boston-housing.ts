import { checkFields, joinFields } from '@gradus/core'
import { readNpy } from '../formats/npy.ts'
import type { Published } from './published.ts'
import { kerasRoot, loadFields, openFiles, requireFile } from './source.ts'
import type { LoadOptions, TableSet } from './types.ts'
import { requireSplit, splitTable } from './values.ts'

const published: Published = {
  name: 'bostonHousing',
  forms: [
    {
      root: kerasRoot,
      files: [{ name: 'boston_housing.npz', hash: 'f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5' }],
    },
  ],
}

/** Options of data sets that are divided when they are loaded. */
export interface SplitLoadOptions extends LoadOptions {
  /** The fraction of the samples to test with (default 0.2). */
  readonly testSplit?: number
  /** The seed of the order of the samples (default 113); the same seed gives the order of Keras. */
  readonly seed?: number
}

/** The fields of `SplitLoadOptions`. */
export const splitFields = /* @__PURE__ */ joinFields(loadFields, {
  testSplit: 'number',
  seed: { type: 'integer', min: 0, max: 0xffffffff },
} as const)

async function load(options: SplitLoadOptions = {}): Promise<TableSet> {
  checkFields('bostonHousing.load', options, splitFields)
  const { testSplit = 0.2, seed = 113, ...others } = options
  requireSplit('bostonHousing.load', testSplit)
  const files = await openFiles(published, others)
  const array = async (name: string) => readNpy(await requireFile(files, name, published), name)
  return splitTable(await array('x.npy'), await array('y.npy'), 'bostonHousing', testSplit, seed)
}

/**
 * Boston Housing: 506 places with 13 figures each and the median value of houses in 1000 dollars. `load()` returns `{ train, test }`
 * in the order of Keras. One of its columns assumes that segregation changes the value of houses, and should not be trained on;
 * `californiaHousing` can take its place. Keras: `datasets.boston_housing.load_data`. Source: Harrison and Rubinfeld 1978.
 *
 * @example
 * import { bostonHousing } from '@gradus/datasets'
 * Object.keys(bostonHousing) // => ['load']
 */
export const bostonHousing = { load }
